/**
 * What an account holds before a run: read, refused by name, or the run does not start.
 */
import { expect, test } from 'vitest'
import { settled } from '../seams/test-support/manual-clock.ts'
import type { Outcome } from '../venue/gateway.ts'
import { known, knownAtStart, takeBaseline } from './reconcile.ts'
import { createBench, OTHERS_ORDER } from './test-support/bench.ts'

test('an account that holds nothing has an empty baseline', async () => {
  const bench = createBench()
  expect(await takeBaseline(bench.ports)).toEqual({ positions: [], openOrders: [], refusedSymbols: [] })
})

test('a symbol with a position or an open order of somebody else is refused by name', async () => {
  const bench = createBench()
  bench.venue.submit(OTHERS_ORDER)
  await settled()
  bench.venue.take('web', { venueOrderId: 'v-web' })
  bench.venue.hold('BTCUSDT', 2, 7)
  expect(await takeBaseline(bench.ports)).toEqual({
    positions: [{ symbol: 'BTCUSDT', idx: 2, side: 'sell', lots: 7 }],
    openOrders: [{ symbol: 'ETHUSDT', venueOrderId: 'v-web' }],
    refusedSymbols: ['BTCUSDT', 'ETHUSDT'],
  })
})

test.for([
  ['is free again soon is waited for', 3, { retryAfterMs: 300 }, [0, 300, 600], 'read'],
  [
    'never ends is waited for a bounded number of times',
    99,
    { retryAfterMs: 300 },
    [0, 300, 600, 900, 1200, 1500],
    'used up',
  ],
  ['is a ban is not waited for', 2, { retryAfterMs: 300, bannedUntilUs: 1e12 }, [0], 'used up'],
  ['names no end is not waited for', 2, {}, [0], 'used up'],
] as const)('at the start a limit that %s', async ([, answers, more, expectedMs, expected]) => {
  const { clock } = createBench()
  const [startUs, askedMs]: [number, number[]] = [clock.nowUs(), []]
  const ask = (): Promise<Outcome<string>> => {
    askedMs.push((clock.nowUs() - startUs) / 1_000)
    const limited = { kind: 'refused', code: 10006, reason: 'used up', ...more } as const
    return Promise.resolve(askedMs.length < answers ? limited : { kind: 'done', value: 'read' })
  }
  const asking = knownAtStart(clock, ask, 'x').catch((error: Error) => error.message)
  await clock.pass(60_000)
  expect(await asking).toContain(expected)
  expect(askedMs).toEqual(expectedMs)
})

test('a run does not start on books that could not be read', async () => {
  const bench = createBench()
  bench.venue.readsFail = true
  await expect(takeBaseline(bench.ports)).rejects.toThrow('could not read positions at start: unknown 0 no answer')
  expect(() => known({ kind: 'refused', code: 10003, reason: 'key' }, 'instruments')).toThrow(
    'could not read instruments: refused 10003 key',
  )
})
