/**
 * The verdict from the venue's side alone: a good journal passes, and each promise is seen to fail when its journal is
 * doctored.
 */
import { expect, test } from 'vitest'
import type { VenueExecutionRow, VenueOrderRow } from '../domain/rows.ts'
import type { EventData, EventType } from './events.ts'
import { parseJournal } from './read.ts'
import { overall } from './summary.ts'
import { BoundsError, parseBounds } from './venue-bounds.ts'
import { checkVenueJournal } from './venue-checks.ts'

type Line = { [T in EventType]: readonly [T, EventData[T]] }[EventType]

const START_MS = 1_000_000
const STARTED: Line = [
  'venue.started',
  {
    seed: 's',
    accounts: ['1'],
    instruments: [{ symbol: 'BTCUSDT', tick: '0.10', lot: '0.001', minLots: 1, minNotionalUsd: 5 }],
    clock: { atUs: 0, venueMs: START_MS },
    plannedFaults: [],
  },
]
const finished = (positions: EventData['venue.finished']['positions'] = []): Line => [
  'venue.finished',
  { reason: 'closed on request', venueMs: START_MS + 60_000, positions, venueCounters: {} },
]

interface Fill {
  readonly id: string
  readonly atMs: number
  readonly idx: 0 | 1 | 2
  readonly side: 'buy' | 'sell'
  readonly lots?: number
  readonly accountId?: string
  readonly order?: Partial<VenueOrderRow>
}

/** An order that came, filled whole and ended in one moment; price 60,000.0, so that a lot is worth 60 USD. */
function filled({ id, atMs, idx, side, lots = 10, accountId = '1', order = {} }: Fill): Line[] {
  const at = START_MS + atMs
  const execution: VenueExecutionRow = {
    ...{ execId: `e-${id}`, symbol: 'BTCUSDT', clientId: id, venueOrderId: `o-${id}`, side, lots },
    ...{ priceTicks: 600_000, feeUsd: 0.1, venueMs: at },
  }
  const row: VenueOrderRow = {
    ...{
      symbol: 'BTCUSDT',
      clientId: id,
      venueOrderId: `o-${id}`,
      idx,
      side,
      lots,
      filledLots: lots,
      status: 'Filled',
    },
    ...{ cancelType: 'UNKNOWN', rejectReason: 'EC_NoError', reduceOnly: false, closeOnTrigger: false },
    ...{ createdMs: at, updatedMs: at, ...order },
  }
  return [
    ['venue.execution', { accountId, execution }],
    ['venue.order', { accountId, order: row }],
  ]
}

const PAIR = [
  ...filled({ id: 'long', atMs: 100, idx: 1, side: 'buy' }),
  ...filled({ id: 'short', atMs: 350, idx: 2, side: 'sell' }),
]
const CLOSED = [
  ...filled({ id: 'long-x', atMs: 9_000, idx: 1, side: 'sell' }),
  ...filled({ id: 'short-x', atMs: 9_100, idx: 2, side: 'buy' }),
]
const GOOD: readonly Line[] = [STARTED, ...PAIR, ...CLOSED, finished()]
const BOUNDS = { nakedMaxMs: 500 }

function judged(lines: readonly Line[], bounds: object = BOUNDS) {
  const text = lines
    .map(([type, data], at) => `${JSON.stringify({ seq: at + 1, at, by: 'venue', type, data })}\n`)
    .join('')
  const findings = checkVenueJournal(parseJournal(text, 'out.jsonl'), parseBounds(bounds))
  const of = (promise: string) => findings.find((finding) => finding.promise === promise)!
  return { findings, of, failed: findings.filter(({ verdict }) => verdict === 'fail').map(({ promise }) => promise) }
}

test('a pair opened and closed within bounds passes, with the numbers', () => {
  const { findings, of } = judged(GOOD)
  expect(overall(findings)).toBe('pass')
  expect(of('P1')).toMatchObject({ worst: 250, bound: 500, margin: 250, unit: 'ms' })
  expect(of('P1').summary).toBe('longest 250 of 500 ms, largest 600 USD, area 210000 USD·ms')
})

test('naked too long, too much, or too much of both in all', () => {
  expect(judged(GOOD, { nakedMaxMs: 249 }).failed).toEqual(['P1'])
  expect(judged(GOOD, { ...BOUNDS, nakedMaxUsd: 599 }).failed).toEqual(['P1'])
  expect(judged(GOOD, { ...BOUNDS, nakedMaxUsd: 600 }).failed).toEqual([])
  expect(judged(GOOD, { ...BOUNDS, nakedMaxUsdMs: 209_999 }).failed).toEqual(['P1'])
})

test('a pair that was never evened out ended naked, and left a position', () => {
  const held = { accountId: '1', position: { symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 10 } } as const
  const { of, failed } = judged([STARTED, ...PAIR.slice(0, 2), finished([held])], { nakedMaxMs: 600_000 })
  expect(failed).toEqual(['P1', 'P5'])
  expect(of('P1').summary).toContain('1 BTCUSDT ended naked by 10 lots (600 USD)')
  expect(
    judged([STARTED, ...PAIR.slice(0, 2), finished([held])], { nakedMaxMs: 600_000, mayHold: ['BTCUSDT'] }).failed,
  ).toEqual([])
})

test('accounts are told apart unless they are said to hedge each other', () => {
  const other = [
    ...filled({ id: 'long', atMs: 100, idx: 0, side: 'buy' }),
    ...filled({ id: 'short', atMs: 350, idx: 0, side: 'sell', accountId: '2' }),
  ]
  const held = (accountId: string, side: 'buy' | 'sell') =>
    ({ accountId, position: { symbol: 'BTCUSDT', idx: 0, side, lots: 10 } }) as const
  const lines = [STARTED, ...other, finished([held('1', 'buy'), held('2', 'sell')])]
  expect(judged(lines).of('P1').verdict).toBe('fail')
  const together = judged(lines, { ...BOUNDS, accounts: 'together' })
  expect([together.of('P1').verdict, together.of('P2').verdict]).toEqual(['pass', 'pass'])
})

test('positions that are not the sum of executions break conservation', () => {
  const held = { accountId: '1', position: { symbol: 'BTCUSDT', idx: 2, side: 'sell', lots: 3 } } as const
  const { of } = judged([...GOOD.slice(0, -1), finished([held])])
  expect(of('P2')).toMatchObject({ verdict: 'fail', summary: '1 BTCUSDT#2 holds 3 lots, executions say 0' })
})

test('an order left open is not settled', () => {
  const resting = filled({ id: 'rest', atMs: 50, idx: 1, side: 'buy', order: { status: 'New', filledLots: 0 } }).slice(
    1,
  )
  expect(judged([STARTED, ...resting, finished()]).of('P5').summary).toBe('1 order open: rest')
  expect(judged([STARTED, ...resting, finished()], { ...BOUNDS, openOrdersMax: 1 }).failed).toEqual([])
})

test.each([
  ['hedge mode', 1, false],
  ['one-way', 0, true],
] as const)('an order that closes more than there is asked too much: %s', (_name, idx, reduceOnly) => {
  const lines = [
    STARTED,
    ...filled({ id: 'in', atMs: 0, idx, side: 'buy' }),
    ...filled({ id: 'out', atMs: 100, idx, side: 'sell', order: { lots: 11, filledLots: 10, reduceOnly } }),
    finished(),
  ]
  const { of, failed } = judged(lines)
  expect(failed).toEqual(['P7'])
  expect(of('P7').summary).toContain('11 lots when 10 could be closed')
})

test('limits: refusals for too many visits, creates in a second, what is held at once', () => {
  const refused: Line = [
    'venue.refused',
    { accountId: '1', path: '/v5/order/create', retCode: 10_006, symbol: null, clientId: null, venueMs: START_MS },
  ]
  expect(judged([STARTED, refused, ...GOOD.slice(1)]).of('P8')).toMatchObject({
    verdict: 'fail',
    summary: 'requests refused with 10006: 1 of 0',
  })
  expect(judged([STARTED, refused, ...GOOD.slice(1)], { ...BOUNDS, rateLimitRefusalsMax: 1 }).failed).toEqual([])
  expect(judged(GOOD, { ...BOUNDS, createsPerSecond: 1 }).failed).toEqual(['P8'])
  expect(judged(GOOD, { ...BOUNDS, createsPerSecond: 2 }).failed).toEqual([])
  expect(judged(GOOD, { ...BOUNDS, maxNotionalUsd: 599 }).failed).toEqual(['P8'])
})

test('a planned fault that never fired makes it void, and a hole in the journal unknown', () => {
  const planned: Line = ['venue.started', { ...(STARTED[1] as EventData['venue.started']), plannedFaults: ['drop'] }]
  const applied: Line = [
    'fault.applied',
    { name: 'drop', party: 'rest-request', op: 'create', verdict: 'drop', occurrence: 1, clientId: 'a' },
  ]
  expect(overall(judged([planned, ...GOOD.slice(1)]).findings)).toBe('void')
  expect(overall(judged([planned, applied, ...GOOD.slice(1)]).findings)).toBe('pass')
  const cutOff = judged(GOOD.slice(0, -1))
  expect(cutOff.findings.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 6 }, () => 'unknown'))
  expect(cutOff.of('P1').summary).toContain('venue.finished is missing')
  const warned: Line = ['run.warned', { message: 'a row of the venue could not be read: x' }]
  expect(overall(judged([STARTED, warned, ...GOOD.slice(1)]).findings)).toBe('unknown')
})

test('bounds say what is wrong with them, all at once', () => {
  try {
    parseBounds({ nakedMaxUsd: -1, colour: 'red', accounts: 'both' })
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(BoundsError)
    const { problems } = error as BoundsError
    expect(problems).toHaveLength(4)
    for (const named of ['nakedMaxMs', 'nakedMaxUsd', 'colour', 'accounts']) expect(problems.join()).toContain(named)
  }
})
