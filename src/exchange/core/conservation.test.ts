/**
 * Under random orders, moves, fundings and liquidations nothing is made and nothing is lost. Judged from what a client
 * sees alone: executions, public trades, positions, balances and the log, all in whole units.
 */
import { expect, test } from 'vitest'
import { seededRandom } from '../../seams/random.ts'
import { type Bench, createBench, noLimits, type Row, worldOf } from './test-support/bench.ts'
import { e8, wallet } from './test-support/money.ts'
import type { Push } from './types.ts'

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'] as const
const ACCOUNTS = ['1000001', '1000002', '1000003', '1000004'] as const
/** Two that can take much, two that cannot. */
const CASH = ['100000', '100000', '2500', '900'] as const
const SEEDS = [20_260_102, 7, 99]
const STEPS = 1_000

type Random = ReturnType<typeof seededRandom>

function createMarketplace(seed: number): Bench {
  const world = worldOf('thin', (each) => {
    noLimits(each)
    each.seed = seed
    for (const instrument of each.instruments) instrument.fundingIntervalMinutes = 1
    const [pattern] = each.accounts
    each.accounts = ACCOUNTS.map((accountId, at) => ({
      ...structuredClone(pattern!),
      accountId,
      apiKey: `key-${accountId}`,
      usdt: CASH[at]!,
      positionMode: at % 2 === 0 ? 3 : 0,
      leverage: at < 2 ? '10' : '50',
    }))
  })
  const bench = createBench(world)
  for (const symbol of SYMBOLS) bench.core.subscribe(`publicTrade.${symbol}`)
  return bench
}

/** Everything that was told: executions by account, public trades by match (symbol and sequence). */
interface Told {
  readonly executions: ReadonlyMap<string, Row[]>
  readonly trades: Map<string, Row[]>
}

function listen(told: Told, pushes: readonly Push[]): void {
  for (const push of pushes) {
    if (push.kind === 'private' && push.topic === 'execution') {
      told.executions.get(push.accountId)!.push(...(push.rows as readonly Row[]))
    } else if (push.kind === 'public' && push.topic.startsWith('publicTrade.')) {
      for (const trade of push.frame['data'] as readonly Row[]) {
        const match = `${trade['s']}/${trade['seq']}`
        told.trades.set(match, [...(told.trades.get(match) ?? []), trade])
      }
    }
  }
}

/** One thing somebody does, or that happens to all. Answers what followed. */
function act(bench: Bench, random: Random): readonly Push[] {
  const pick = <T>(list: readonly T[]): T => list[random.integer(0, list.length - 1)]!
  const account = pick(ACCOUNTS)
  const symbol = pick(SYMBOLS)
  const draw = random.next()
  if (draw < 0.03) return bench.core.control({ do: 'move', symbol, bps: random.integer(-700, 700) }, bench.nowMs())
  if (draw < 0.05) {
    const rate = (random.integer(-50, 50) / 10_000).toFixed(4)
    return bench.core.control({ do: 'fundingRate', symbol, rate }, bench.nowMs())
  }
  if (draw < 0.06) {
    const change = {
      adjustType: random.integer(0, 1),
      utaDemoApplyMoney: [{ coin: 'USDT', amountStr: '312.34567891' }],
    }
    return bench.post('/v5/account/demo-apply-money', change, account).pushes
  }
  if (draw < 0.1) return bench.post('/v5/order/cancel-all', { symbol }, account).pushes
  const isHedge = ACCOUNTS.indexOf(account) % 2 === 0
  const mark = Number(bench.rows('/v5/market/tickers', { symbol })[0]?.['markPrice'])
  const price = Math.round(mark * (1 + random.integer(-30, 30) / 10_000) * 10) / 10
  const order = {
    symbol,
    side: pick(['Buy', 'Sell']),
    qty:
      symbol === 'BTCUSDT' ? `0.${random.integer(10, 99).toString().padStart(3, '0')}` : `${random.integer(1, 20)}.5`,
    timeInForce: pick(['GTC', 'GTC', 'IOC', 'FOK', 'PostOnly']),
    positionIdx: isHedge ? pick([1, 2]) : 0,
    reduceOnly: random.next() < 0.25,
    smpType: pick(['None', 'CancelMaker', 'CancelTaker', 'CancelBoth']),
  }
  return bench.order(random.next() < 0.3 ? order : { ...order, price: price.toFixed(1) }, account).pushes
}

const signed = (row: Row, name: string): bigint => (row['side'] === 'Buy' ? e8(row[name]) : -e8(row[name]))
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, each) => total + each, 0n)
const isFill = (row: Row): boolean => row['execType'] !== 'Funding'

/** What the account's open positions cost: their value at mark less what they have gained. Shorts count below zero. */
function openCost(bench: Bench, account: string): bigint {
  const rows = bench.rows('/v5/position/list', { settleCoin: 'USDT' }, account)
  return sum(
    rows.map((row) => {
      const value = e8(row['positionValue'])
      const gain = e8(row['unrealisedPnl'])
      return row['side'] === 'Buy' ? value - gain : -(value + gain)
    }),
  )
}

/** Money that came from outside: demo funds, and the fund's help in liquidations. */
function fromOutside(bench: Bench, account: string): bigint {
  const of = (type: string): readonly Row[] =>
    bench.rows('/v5/account/transaction-log', { category: '', type, limit: 50 }, account)
  const entries = ['TRANSFER_IN', 'TRANSFER_OUT', 'LIQUIDATION'].flatMap(of)
  return sum(entries.filter((entry) => entry['symbol'] === '').map((entry) => e8(entry['change'])))
}

/** Cash is what it began with, less everything bought, plus everything sold, less all fees; what is still held is set aside. */
function expectCashToAgree(bench: Bench, account: string, rows: readonly Row[], note: string): void {
  const paid = sum(rows.filter(isFill).map((row) => signed(row, 'execValue')))
  const fees = sum(rows.map((row) => e8(row['execFee'])))
  const start = e8(CASH[ACCOUNTS.indexOf(account as (typeof ACCOUNTS)[number])])
  const expected = start + fromOutside(bench, account) - paid - fees + openCost(bench, account)
  expect(e8(wallet(bench, account)['totalWalletBalance']), `cash, ${note}`).toBe(expected)
}

function expectPositionsToAgree(bench: Bench, account: string, rows: readonly Row[], note: string): void {
  for (const symbol of SYMBOLS) {
    const held = sum(bench.rows('/v5/position/list', { symbol }, account).map((row) => signed(row, 'size')))
    const traded = sum(
      rows.filter((row) => row['symbol'] === symbol && isFill(row)).map((row) => signed(row, 'execQty')),
    )
    expect(held, `${symbol}, ${note}`).toBe(traded)
  }
  expect(new Set(rows.map((row) => row['execId'])).size, `execution ids, ${note}`).toBe(rows.length)
}

/** A taker has every public trade of its match, makers have some; the market has the rest. Price and quantity agree. */
function expectTradesToAgree({ executions, trades }: Told, note: string): void {
  const fills = [...executions.values()].flat().filter((row) => row['execType'] === 'Trade')
  for (const [match, rows] of Map.groupBy(fills, (row) => `${row['symbol']}/${row['seq']}`)) {
    const told = (trades.get(match) ?? []).map((trade) => `${Number(trade['p'])} ${trade['v']}`)
    const [made, taken] = [true, false].map((isMaker) =>
      rows
        .filter((row) => Boolean(row['isMaker']) === isMaker)
        .map((row) => `${Number(row['execPrice'])} ${row['execQty']}`),
    )
    if (taken!.length > 0) expect(taken, `taker of ${match}, ${note}`).toEqual(told)
    const left = [...told]
    for (const fill of made!) {
      expect(left, `maker in ${match}, ${note}`).toContain(fill)
      left.splice(left.indexOf(fill), 1)
    }
  }
}

test.each(SEEDS)('nothing is made and nothing is lost (seed %i: alone in SEEDS it replays)', (seed) => {
  const random = seededRandom(seed)
  const bench = createMarketplace(seed)
  const told: Told = { executions: new Map(ACCOUNTS.map((account) => [account, []])), trades: new Map() }
  for (let step = 0; step < STEPS; step += 1) {
    listen(told, act(bench, random))
    listen(told, bench.pass(random.integer(0, 3_000)))
    if (step % 100 !== 99) continue
    const note = `seed ${seed}, step ${step}`
    for (const account of ACCOUNTS) {
      const rows = told.executions.get(account)!
      expectCashToAgree(bench, account, rows, `account ${account}, ${note}`)
      expectPositionsToAgree(bench, account, rows, `account ${account}, ${note}`)
    }
    expectTradesToAgree(told, note)
  }
  const all = [...told.executions.values()].flat()
  const kinds = (kind: string): number => all.filter((row) => row['execType'] === kind).length
  // The run was worth something.
  expect(kinds('Trade'), `seed ${seed}`).toBeGreaterThan(200)
  expect(kinds('Funding'), `seed ${seed}`).toBeGreaterThan(50)
  expect(kinds('BustTrade'), `seed ${seed}`).toBeGreaterThan(0)
  for (const account of ACCOUNTS) {
    bench.post('/v5/order/cancel-all', { settleCoin: 'USDT' }, account)
    const [coin] = wallet(bench, account)['coin'] as unknown as readonly Row[]
    expect(coin?.['totalOrderIM'], `seed ${seed}`).toBe('0')
  }
})
