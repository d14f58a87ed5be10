/**
 * A book with a side nobody is on, as in a halt: nothing is opened on it, and what is held is still closed.
 */
import { expect, test } from 'vitest'
import type { Fault } from '../faults/plan-types.ts'
import { linesOf } from '../journal/run.ts'
import { simulate } from './simulate.ts'
import { broken, schedule } from './test-support/schedules.ts'

const NO_BID: Fault = {
  name: 'nobody bids',
  party: 'public-stream',
  op: 'orderbook',
  times: null,
  verdict: {
    do: 'replace',
    text: JSON.stringify({
      topic: 'orderbook.1.BTCUSDT',
      ts: 1_767_225_600_000,
      type: 'snapshot',
      data: { s: 'BTCUSDT', b: [], a: [['60000.10', '5']], u: 1, seq: 1 },
    }),
  },
}

test('nothing is opened while nobody bids, and the first whole quote is traded on', async () => {
  const { run, findings, result } = await simulate(
    schedule({ faults: { faults: [{ ...NO_BID, windowMs: { from: 0, to: 3_000 } }] } }),
  )
  expect(run.trades.get('t1')!.firstUs).toBeGreaterThan(3_000_000)
  expect(result.metrics!.skips['empty']).toBeGreaterThan(0)
  expect(linesOf(run, 'frame.refused')).toEqual([])
  expect(broken(findings)).toEqual([])
})

test('what is held when the bids go away is closed at market, since there is no touch to cap a price at', async () => {
  const { run, findings, result } = await simulate(
    schedule({ faults: { faults: [{ ...NO_BID, windowMs: { from: 300, to: 60_000 } }] } }),
  )
  const { orders, flat } = run.trades.get('t1')!
  expect(flat).not.toBeNull()
  expect(orders.map(({ submitted }) => submitted!.data.priceTicks === null)).toEqual([false, false, true, true])
  expect(linesOf(run, 'frame.refused')).toEqual([])
  expect(result.exitCode).toBe(0)
  expect(broken(findings)).toEqual([])
})
