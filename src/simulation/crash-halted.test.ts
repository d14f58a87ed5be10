/**
 * A process is killed while it holds pairs in two symbols, and one of them does not trade any more when the next one starts.
 */
import { expect, test } from 'vitest'
import { linesOf } from '../journal/run.ts'
import { playCrash } from './crash.ts'
import { schedule } from './test-support/schedules.ts'

const HOLDS = { MAX_HOLD_MS: '60000', SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '60000' }

test('what still trades is flattened, the rest is named with its amount, and the run exits 1', async () => {
  const base = schedule({}, { SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT', ...HOLDS })
  const held = { ...base, config: { ...base.config, maxTrades: 2 } }
  const terms = { schedule: held, restartMs: 500, afterMs: 2_000 }
  const calm = await playCrash({ ...terms, kills: [] })
  // Both pairs are hedged, and nothing is under way.
  const call = calm.calls[0]!.findIndex(({ atUs }) => atUs > 1_000_000) + 1
  const { lives, result, wrong } = await playCrash({
    ...terms,
    schedule: { ...held, changes: [{ atMs: 1_200, change: { do: 'status', symbol: 'BTCUSDT', status: 'Closed' } }] },
    kills: [{ call, moment: 'after' }],
  })
  const hedged = linesOf(lives[0]!, 'trade.hedged').map(({ data }) => data)
  expect(hedged).toHaveLength(2)
  expect(result.exitCode).toBe(1)
  // Its run never began, so there is nothing to hold positions against; what is known is all there.
  expect(wrong.filter((text) => text.includes('fail'))).toEqual([])
  expect(result.reason).toContain('BTCUSDT does not trade any more')
  const { lots } = hedged.find(({ tradeId }) => lives[0]!.trades.get(tradeId)!.symbol === 'BTCUSDT')!
  expect(result.left).toMatchObject([{ symbol: 'BTCUSDT', longLots: lots, shortLots: lots, nakedLots: 0 }])
  const [recovered] = linesOf(lives[1]!, 'recovered')
  expect(recovered!.data.complete).toBe(false)
  const ours = recovered!.data.positions.filter(({ symbol }) => symbol === 'ETHUSDT')
  expect(ours.map(({ heldLots, closedLots }) => heldLots > 0 && closedLots === heldLots)).toEqual([true, true])
})
