/**
 * A stream that keeps its heartbeat and withholds fills of an order nobody has reason to ask about: the look on a timer
 * finds them within the recovery bound (P4). With the timer put off the same schedule breaks that promise.
 */
import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'
import type { Schedule } from './stage.ts'
import { fault, fillsInPieces, plan } from './test-support/failures.ts'
import { broken, schedule } from './test-support/schedules.ts'

/** The short leg rests on purpose, for much longer than the bound; a piece of it fills, and the stream says nothing. */
function withheld(settings: Readonly<Record<string, string>> = {}): Schedule {
  const silent = { leg: 'short', times: null } as const
  const patience = { LEG_TIMEOUT_MS: '8000', MAX_HOLD_MS: '10000', SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '60000' }
  return schedule(
    {
      ...plan(
        fault('private-stream', 'execution', { do: 'drop' }, silent),
        fault('private-stream', 'order', { do: 'drop' }, silent),
      ),
      world: fillsInPieces('sell', [{ afterMs: 400, lots: 3 }]),
      tradeMs: 20_000,
    },
    { ...patience, ...settings },
  )
}

test('a withheld fill of an order that rests is found on the timer, within the recovery bound', async () => {
  const { run, findings } = await simulate(withheld())
  const fills = run.trades.get('t1')!.orders.find(({ clientId }) => clientId === 'sim-t1-1')!.fills
  expect(fills[0]!.data).toMatchObject({ lots: 3, from: 'reconcile' })
  expect(run.events.some(({ type, data }) => type === 'reconciled' && 'cause' in data && data.cause === 'timer')).toBe(
    true,
  )
  expect(broken(findings).filter((line) => line.startsWith('P4'))).toEqual([])
})

test('without the timer it is found when the leg times out: too late, and P4 says so', async () => {
  const { findings } = await simulate(withheld({ RECONCILE_INTERVAL_MS: '60000' }))
  expect(broken(findings).join()).toMatch(/P4 fail: .* reached our books after \d+(?:\.\d+)? ms, more than 3000/)
})

test('on a stream that withholds nothing the timer finds nothing, and writes nothing', async () => {
  const { run, findings } = await simulate(schedule({}, { RECONCILE_INTERVAL_MS: '100', MAX_HOLD_MS: '5000' }))
  expect(run.trades.get('t1')!.fills.every(({ data }) => data.from === 'stream')).toBe(true)
  expect(
    run.events.filter(({ type, data }) => type === 'reconciled' && 'cause' in data && data.cause === 'timer'),
  ).toEqual([])
  expect(run.metrics.last!.counters['reconciles']).toBeGreaterThan(5)
  // The look before the sweep sees the trade's four fills again.
  expect(run.metrics.last!.counters['duplicatesIgnored']).toBe(4)
  expect(broken(findings)).toEqual([])
})
