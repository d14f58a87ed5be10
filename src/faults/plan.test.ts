import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FaultPlanError, type PlanProblem, parsePlan } from './plan.ts'

const GOOD = { name: 'lost', party: 'rest-reply', op: 'create', verdict: { do: 'drop' } }

function problemsOf(json: unknown): readonly PlanProblem[] {
  try {
    parsePlan(json)
  } catch (error) {
    if (error instanceof FaultPlanError) return error.problems
    throw error
  }
  return []
}
const pathsOf = (json: unknown): string[] => problemsOf(json).map(({ path }) => path)
const withFault = (more: object): object => ({ faults: [{ ...GOOD, ...more }] })

test('a plan comes out as it went in', () => {
  const plan = {
    about: 'a',
    modelledOn: 'b',
    faults: [
      GOOD,
      {
        ...GOOD,
        name: 'other',
        symbol: 'BTCUSDT',
        leg: 'short',
        side: 'sell',
        reduceOnly: false,
        skip: 1,
        times: null,
        afterCreates: 2,
      },
      { ...GOOD, name: 'third', windowMs: { from: 0, to: 10 }, verdict: { do: 'retCode', code: 110007, message: '' } },
    ],
  }
  expect(parsePlan(plan)).toEqual(plan)
})

test('every problem is named at once, with its path, its value and what is allowed', () => {
  const plan = {
    faults: [
      { ...GOOD, party: 'rest', skip: -1 },
      { ...GOOD, name: 'x', verdict: { do: 'reprice', bps: 5 }, extra: true },
      { ...GOOD, name: 'x', verdict: { do: 'explode' } },
      { name: 'y', party: 'public-stream', op: 'wallet', verdict: { do: 'delay', ms: 1.5 } },
    ],
  }
  expect(pathsOf(plan).toSorted()).toEqual([
    'faults[0].party',
    'faults[0].skip',
    'faults[1]',
    'faults[1].verdict.do',
    'faults[2].name',
    'faults[2].verdict.do',
    'faults[3].op',
    'faults[3].verdict.ms',
  ])
  expect(problemsOf(plan).find(({ path }) => path === 'faults[0].skip')).toEqual({
    path: 'faults[0].skip',
    value: -1,
    allowed: 'at least 0',
  })
  expect(() => parsePlan(plan)).toThrow(
    /faults\[3\]\.op = "wallet": allowed is for public-stream one of connect, socket/,
  )
})

test('no plan at all, an empty one and one without faults are told apart', () => {
  expect(pathsOf(null)).toEqual(['plan'])
  expect(pathsOf({})).toEqual(['faults'])
  expect(parsePlan({ faults: [] })).toEqual({ faults: [] })
})

test.for([
  ['rest-request', 'create', { do: 'reprice', bps: -5 }, true],
  ['rest-request', 'create', { do: 'shrink', fraction: 0.5 }, true],
  ['rest-request', 'amend', { do: 'reprice', bps: -5 }, false],
  ['rest-reply', 'create', { do: 'shrink', fraction: 0.5 }, false],
  ['rest-request', 'any', { do: 'rate-limit', resetMs: 10 }, true],
  ['rest-reply', 'any', { do: 'rate-limit', resetMs: 10 }, false],
  ['rest-request', 'create', { do: 'reorder' }, false],
  ['rest-request', 'create', { do: 'silence' }, false],
  ['private-stream', 'socket', { do: 'close', code: 1001 }, true],
  ['private-stream', 'socket', { do: 'reset' }, true],
  ['private-stream', 'socket', { do: 'silence' }, true],
  ['private-stream', 'socket', { do: 'drop' }, false],
  ['private-stream', 'execution', { do: 'reset' }, false],
  ['private-stream', 'execution', { do: 'reorder' }, true],
  ['public-stream', 'orderbook', { do: 'malformed' }, true],
  ['public-stream', 'orderbook', { do: 'http', status: 500 }, false],
  ['public-stream', 'connect', { do: 'http', status: 503 }, true],
  ['public-stream', 'connect', { do: 'duplicate' }, false],
  ['rest-request', 'create-batch', { do: 'rate-limit', resetMs: 10 }, true],
  ['rest-reply', 'cancel-batch', { do: 'slow-drip', ms: 10 }, true],
  ['rest-request', 'create-batch', { do: 'shrink', fraction: 0.5 }, false],
  ['rest-request', 'create-in-batch', { do: 'shrink', fraction: 0.5 }, true],
  ['rest-reply', 'create-in-batch', { do: 'shrink', fraction: 0.5 }, false],
  ['rest-request', 'amend-in-batch', { do: 'retCode', code: 110001, message: '' }, true],
  ['rest-request', 'amend-in-batch', { do: 'drop' }, false],
  ['trade-request', 'create', { do: 'reprice', bps: -5 }, true],
  ['trade-request', 'create', { do: 'http', status: 503 }, false],
  ['trade-reply', 'any', { do: 'reset' }, true],
  ['trade-reply', 'create', { do: 'slow-drip', ms: 10 }, false],
  ['trade-stream', 'socket', { do: 'silence' }, true],
  ['trade-stream', 'any-frame', { do: 'duplicate' }, true],
] as const)('%s %s %o is allowed: %s', ([party, op, verdict, isAllowed]) => {
  expect(pathsOf(withFault({ party, op, verdict }))).toEqual(isAllowed ? [] : ['faults[0].verdict.do'])
})

test('a filter the operation cannot satisfy is refused, since the fault would never fire', () => {
  const drop = { do: 'drop' }
  expect(pathsOf(withFault({ op: 'time', leg: 'long', side: 'buy', symbol: 'BTCUSDT' }))).toEqual([
    'faults[0].symbol',
    'faults[0].leg',
    'faults[0].side',
  ])
  // A position's side is no order's.
  const position = { party: 'private-stream', op: 'position', leg: 'long', verdict: drop }
  expect(pathsOf(withFault(position))).toEqual([])
  expect(pathsOf(withFault({ ...position, side: 'buy' }))).toEqual(['faults[0].side'])
  expect(pathsOf(withFault({ side: 'Buy' }))).toEqual(['faults[0].side'])
  expect(
    pathsOf(
      withFault({
        party: 'public-stream',
        op: 'orderbook',
        leg: 'long',
        reduceOnly: true,
        afterCreates: 1,
        socketAgeMs: 5,
        verdict: drop,
      }),
    ),
  ).toEqual(['faults[0].leg', 'faults[0].reduceOnly', 'faults[0].afterCreates', 'faults[0].socketAgeMs'])
  expect(pathsOf(withFault({ op: 'transactions', symbol: 'BTCUSDT', leg: 'long' }))).toEqual([
    'faults[0].symbol',
    'faults[0].leg',
  ])
  expect(pathsOf(withFault({ party: 'private-stream', op: 'transactions', verdict: drop }))).toEqual(['faults[0].op'])
  expect(pathsOf(withFault({ party: 'private-stream', op: 'connect', symbol: 'BTCUSDT', verdict: drop }))).toEqual([
    'faults[0].symbol',
  ])
})

test.for([
  [{ do: 'shrink', fraction: 1 }, 'fraction'],
  [{ do: 'shrink', fraction: 0 }, 'fraction'],
  [{ do: 'shrink', fraction: 0.5, lot: '0.000' }, 'lot'],
  [{ do: 'reprice', bps: 0 }, 'bps'],
  [{ do: 'reprice', bps: 5, tick: '1e-3' }, 'tick'],
  [{ do: 'http', status: 204 }, 'status'],
  [{ do: 'http', status: 101 }, 'status'],
  [{ do: 'delay', ms: -1 }, 'ms'],
  [{ do: 'delay' }, 'ms'],
] as const)('%o is refused at its %s', ([verdict, field]) => {
  expect(pathsOf(withFault({ party: 'rest-request', verdict }))).toEqual([`faults[0].verdict.${field}`])
})

test('a close code that may not be sent is refused', () => {
  const codes = [999, 1000, 1004, 1005, 1006, 1011, 1014, 1015, 2999, 3000, 4999, 5000]
  const refused = codes.filter(
    (code) => pathsOf(withFault({ party: 'public-stream', op: 'socket', verdict: { do: 'close', code } })).length > 0,
  )
  expect(refused).toEqual([999, 1004, 1005, 1006, 1015, 2999, 5000])
})

test('a window must begin before it ends', () => {
  expect(pathsOf(withFault({ windowMs: { from: 5, to: 5 } }))).toEqual(['faults[0].windowMs'])
})

test('every plan that is shipped is a plan, says what it is about and what it imitates', () => {
  const folder = new URL('../../fixtures/faults/', import.meta.url)
  const files = readdirSync(folder)
  expect(files.length).toBeGreaterThan(15)
  for (const file of files) {
    const plan = parsePlan(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
    expect(plan.about, file).toMatch(/\.$/)
    expect(plan.modelledOn, file).toMatch(/\.$/)
    expect(plan.faults.length, file).toBeGreaterThan(0)
  }
})

test('a chance lies between never and always, and a seed belongs to a chance', () => {
  expect(pathsOf(withFault({ chance: 0.1, seed: 7 }))).toEqual([])
  expect(pathsOf(withFault({ chance: 0.1, seed: 'tuesday' }))).toEqual([])
  expect(pathsOf(withFault({ chance: 0 }))).toEqual(['faults[0].chance'])
  expect(pathsOf(withFault({ chance: 1 }))).toEqual(['faults[0].chance'])
  expect(pathsOf(withFault({ chance: 0.5, seed: 1.5 }))).toEqual(['faults[0].seed'])
  expect(problemsOf(withFault({ seed: 7 }))).toEqual([
    { path: 'faults[0].seed', value: 7, allowed: 'absent without "chance"' },
  ])
})

test('a replacement is for requests, replies and frames; only a reply can trickle', () => {
  const verdict = (party: string, op: string, more: object): string[] =>
    pathsOf({ faults: [{ name: 'x', party, op, verdict: more }] })
  const replaced = { do: 'replace', text: '{}' }
  expect(verdict('rest-reply', 'create', replaced)).toEqual([])
  expect(verdict('rest-request', 'create', replaced)).toEqual([])
  expect(verdict('public-stream', 'orderbook', replaced)).toEqual([])
  expect(verdict('public-stream', 'connect', replaced)).toEqual(['faults[0].verdict.do'])
  expect(verdict('rest-reply', 'create', { do: 'replace' })).toEqual(['faults[0].verdict.text'])
  expect(verdict('rest-reply', 'create', { do: 'slow-drip', ms: 100 })).toEqual([])
  expect(verdict('rest-request', 'create', { do: 'slow-drip', ms: 100 })).toEqual(['faults[0].verdict.do'])
  expect(verdict('rest-reply', 'create', { do: 'slow-drip', ms: 0 })).toEqual(['faults[0].verdict.ms'])
})

test('a batch has no symbol, leg or side, each of its orders has; a trade socket has none and no queries', () => {
  const filters = { symbol: 'BTCUSDT', leg: 'long', side: 'buy', reduceOnly: false }
  const refused = ['symbol', 'leg', 'side', 'reduceOnly'].map((name) => `faults[0].${name}`)
  const told = { do: 'retCode', code: 10016, message: '' }
  expect(pathsOf(withFault({ op: 'create-batch', ...filters }))).toEqual(refused)
  expect(pathsOf(withFault({ op: 'create-in-batch', verdict: told, ...filters }))).toEqual([])
  expect(pathsOf(withFault({ party: 'trade-request', op: 'cancel', ...filters }))).toEqual([])
  expect(pathsOf(withFault({ party: 'trade-stream', op: 'any-frame', ...filters }))).toEqual(refused)
  expect(pathsOf(withFault({ party: 'trade-reply', op: 'realtime' }))).toEqual(['faults[0].op'])
})

test('a plan for one mount names nothing that only the other has a hand on, beside whatever else is wrong', () => {
  const killed = { name: 'k', party: 'process', op: 'process', verdict: { do: 'kill' } }
  const problems = (json: object, mount: 'process' | 'venue'): string => {
    try {
      parsePlan(json, mount)
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  expect(problems({ faults: [killed, GOOD] }, 'process')).toBe('')
  expect(problems({ faults: [{ ...GOOD, party: 'trade-reply' }] }, 'venue')).toBe('')
  expect(problems({ faults: [{ ...GOOD, party: 'trade-reply' }] }, 'process')).toContain(
    'faults[0].party = "trade-reply"',
  )
  const told = problems({ faults: [{ ...GOOD, skip: -1 }, killed] }, 'venue')
  expect(told).toContain('faults[0].skip = -1')
  expect(told).toContain('faults[1].party = "process": allowed is at the venue\'s door one of rest-request, rest-reply')
})

test('a process is killed or paused, a clock is skewed, and neither has a symbol or a leg', () => {
  const of = (party: string, verdict: object, more: object = {}): string[] =>
    pathsOf({ faults: [{ name: 'x', party, op: party, verdict, ...more }] })
  expect(of('process', { do: 'kill' }, { afterCreates: 3 })).toEqual([])
  expect(of('process', { do: 'pause', ms: 500 }, { windowMs: { from: 10, to: 20 } })).toEqual([])
  expect(of('clock', { do: 'skew', ms: -1_500 })).toEqual([])
  expect(of('clock', { do: 'kill' })).toEqual(['faults[0].verdict.do'])
  expect(of('process', { do: 'skew', ms: 5 }, { symbol: 'BTCUSDT', leg: 'long' })).toEqual([
    'faults[0].verdict.do',
    'faults[0].symbol',
    'faults[0].leg',
  ])
  expect(pathsOf(withFault({ verdict: { do: 'kill' } }))).toEqual(['faults[0].verdict.do'])
})
