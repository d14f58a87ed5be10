/**
 * The ground the core and the naive venue are compared on: one instrument whose market never moves, and requests that
 * leave to the state what they mean. Ticks and lots are both hundredths here.
 */
import { parseWorld, type World } from '../../world.ts'
import { leavesOf, type NaiveOrder, type NaiveTerms } from './naive-model.ts'

export const SYMBOL = 'ABCUSDT'
/** The last one only clears the book at the end of a run. */
export const ACCOUNTS = ['2001', '2002', '2003', '2009'] as const
export const SWEEPER = 3
const MARK_TICKS = 10_000
export const CASH_E8 = 1_000_000n * 100_000_000n
/** 0.01 × 0.01 USDT. */
const UNIT_E8 = 10_000n
const TAKER_E8 = 55_000n
const MAKER_E8 = 20_000n

/** What a request leaves to the state it meets: names count requests, legs follow the account's mode. */
export type Request = { readonly by: number } & (
  | {
      readonly do: 'create'
      readonly isBuy: boolean
      readonly isMarket: boolean
      readonly tif: NaiveOrder['tif']
      /** Ticks behind the touch of a new book, on the order's own side; or a price. */
      readonly price: { readonly behind: number } | { readonly at: number }
      readonly lots: number
      /** In hedge mode: against the leg, not into it. */
      readonly closes: boolean
      readonly isWrongIdx: boolean
      readonly reduceOnly: boolean
      readonly closeOnTrigger: boolean
      readonly smp: NaiveOrder['smp']
      readonly name: 'new' | 'used' | 'none'
    }
  | { readonly do: 'amend'; readonly which: number; readonly ticks: number | null; readonly lots: number | null }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'cancelAll' }
  | { readonly do: 'switchMode'; readonly isHedge: boolean }
)

/** One instrument and a book of a few levels that is never filled up again. */
export const STILL_WORLD: World = parseWorld({
  name: 'still',
  seed: 'still-1',
  instruments: [
    {
      symbol: SYMBOL,
      baseCoin: 'ABC',
      tickSize: '0.01',
      qtyStep: '0.01',
      minPrice: '98.00',
      maxPrice: '102.00',
      minOrderQty: '0.02',
      maxOrderQty: '0.70',
      maxMktOrderQty: '0.50',
      market: {
        midPrice: '100.00',
        updatesPerSecond: 1,
        volatilityBps: 0,
        spreadTicks: 4,
        book: { levels: 2, levelLots: 15, levelGapTicks: 5, refillMs: null },
      },
    },
  ],
  accounts: ACCOUNTS.map((id) => ({ accountId: id, apiKey: `key${id}`, apiSecret: `secret${id}`, usdt: '1000000' })),
  limits: { create: 300, amend: 300, cancel: 300, cancelAll: 300, read: 300, settings: 300 },
})

export const TERMS: NaiveTerms = {
  unitE8: UNIT_E8,
  takerRateE8: TAKER_E8,
  makerRateE8: MAKER_E8,
  minLots: 2,
  maxLots: 70,
  maxMarketLots: 50,
  minNotionalE8: 500_000_000n,
  minTicks: 9_800,
  maxTicks: 10_200,
  markTicks: MARK_TICKS,
  bandPercent: 1,
}

/** Price and size of each level, best first. */
export function levels(queue: readonly NaiveOrder[]): string[][] {
  const byPrice = new Map<number, number>()
  for (const order of queue) byPrice.set(order.ticks, (byPrice.get(order.ticks) ?? 0) + leavesOf(order))
  return [...byPrice].map(([ticks, lots]) => [text(ticks), text(lots)])
}

/** Ticks and lots are hundredths here. */
export const text = (units: number): string => (units / 100).toFixed(2)
export const hundredths = (decimal: string | undefined): number => Math.round(Number(decimal) * 100)

/** 1e-8 units as decimal text without trailing zeros. */
export function money(e8: bigint): string {
  const digits = (e8 < 0n ? -e8 : e8).toString().padStart(9, '0')
  const trimmed = `${digits.slice(0, -8)}.${digits.slice(-8)}`.replace(/\.?0+$/, '')
  return e8 < 0n ? `-${trimmed}` : trimmed
}

/** Decimal text as 1e-8 units. */
export function e8(decimal: unknown): bigint {
  const [whole = '0', fraction = ''] = String(decimal).replace('-', '').split('.')
  const units = BigInt(whole) * 100_000_000n + BigInt(fraction.padEnd(8, '0'))
  return String(decimal).startsWith('-') ? -units : units
}

/** The price of a create request; the touch is 99.98 and 100.02 at first. */
export function ticksOf({ isBuy, price }: Extract<Request, { do: 'create' }>): number {
  if ('at' in price) return price.at
  return isBuy ? 9_998 - price.behind : 10_002 + price.behind
}
