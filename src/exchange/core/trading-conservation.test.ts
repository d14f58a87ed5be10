/**
 * When accounts trade with one another and with a market that stands still, nothing is made and nothing is lost: what they
 * have more of, lots and money at mark, is what the market's book has less of, and the fees. Judged from the core's own
 * answers, to 1e-8 USDT.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pair } from './test-support/reference.ts'
import { sessions } from './test-support/reference-requests.ts'
import { ACCOUNTS, CASH_E8, e8, hundredths, TERMS } from './test-support/reference-world.ts'

const RUNS = 300
const TIMEOUT_MS = 120_000
const SEED = process.env['CONSERVATION_SEED']

type Row = Readonly<Record<string, string>>

/** What the market itself still offers on one side, lots by price: the book less what accounts have in it. */
function marketLots(pair: Pair, isBid: boolean): Map<number, number> {
  const book = pair.read(null, '/v5/market/orderbook', { limit: '500' }) as Record<'a' | 'b', string[][]>
  const lots = new Map(book[isBid ? 'b' : 'a'].map(([price, size]) => [hundredths(price), hundredths(size)]))
  for (const id of ACCOUNTS) {
    const { list } = pair.read(id, '/v5/order/realtime', { limit: '50' }) as { list: readonly Row[] }
    for (const row of list) {
      if ((row['side'] === 'Buy') !== isBid) continue
      const ticks = hundredths(row['price'])
      lots.set(ticks, (lots.get(ticks) ?? 0) - hundredths(row['leavesQty']))
    }
  }
  return lots
}

/** Lots that left a side of the market's book, and what they were worth. */
function gone(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>) {
  let lots = 0
  let worthE8 = 0n
  for (const [ticks, had] of before) {
    const taken = had - (after.get(ticks) ?? 0)
    lots += taken
    worthE8 += BigInt(taken) * BigInt(ticks) * TERMS.unitE8
  }
  return { lots, worthE8 }
}

function heldLots(pair: Pair): number {
  return ACCOUNTS.reduce((sum, id) => {
    const { list } = pair.read(id, '/v5/position/list', {}) as { list: readonly Row[] }
    return list.reduce((held, row) => held + (row['side'] === 'Sell' ? -1 : 1) * hundredths(row['size']), sum)
  }, 0)
}

function equityE8(pair: Pair): bigint {
  return ACCOUNTS.reduce((sum, id) => {
    const { list } = pair.read(id, '/v5/account/wallet-balance', { accountType: 'UNIFIED' }) as { list: readonly Row[] }
    return sum + e8(list[0]?.['totalEquity'])
  }, 0n)
}

test(
  `in ${RUNS} random sessions what accounts gain is what the market and the fees lose (replay: CONSERVATION_SEED=n)`,
  () => {
    fc.assert(
      fc.property(sessions, (session) => {
        const pair = new Pair()
        const bids = marketLots(pair, true)
        const asks = marketLots(pair, false)
        for (const request of session) {
          pair.step(request)
          const bought = gone(bids, marketLots(pair, true))
          const sold = gone(asks, marketLots(pair, false))
          const lots = sold.lots - bought.lots
          expect(heldLots(pair)).toBe(lots)
          const worthE8 = BigInt(lots) * BigInt(TERMS.markTicks) * TERMS.unitE8
          const gainedE8 = equityE8(pair) + pair.feesE8 - BigInt(ACCOUNTS.length) * CASH_E8
          expect(gainedE8).toBe(bought.worthE8 - sold.worthE8 + worthE8)
        }
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    )
  },
  TIMEOUT_MS,
)
