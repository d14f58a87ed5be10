/**
 * Requests of a random session: orders of every kind, amends, cancels, batches, settings, every list there is, and
 * requests nobody should send. What is drawn depends on the session's seed and on what the venue has said so far.
 */
import type { Random } from '../../../seams/random.ts'

export type Params = Readonly<Record<string, unknown>>

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly params: Params
}

/** What a request is drawn from. */
export interface Ground {
  readonly random: Random
  readonly symbol: string
  readonly isHedge: boolean
  readonly bid: number
  readonly ask: number
  readonly tick: number
  readonly lot: number
  readonly decimals: { readonly price: number; readonly size: number }
  /** Orders of the account that may still be open, newest last. */
  readonly openIds: readonly string[]
  /** A client order id nobody used. */
  newLinkId(): string
}

const post = (path: string, params: Params): Request => ({
  method: 'POST',
  path,
  params: { category: 'linear', ...params },
})
const get = (path: string, params: Params): Request => ({ method: 'GET', path, params })

export function pick<T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[random.integer(0, from.length - 1)]!
}

/** A price so many ticks from the middle of the book, towards the side's own (passive) side when above 0. */
function priceAt(ground: Ground, isBuy: boolean, ticksAway: number): string {
  const base = isBuy ? ground.bid - ticksAway * ground.tick : ground.ask + ticksAway * ground.tick
  return (Math.max(1, Math.round(base / ground.tick)) * ground.tick).toFixed(ground.decimals.price)
}

function size(ground: Ground): string {
  const lots = ground.random.next() < 0.1 ? ground.random.integer(200, 2_000) : ground.random.integer(2, 60)
  return (lots * ground.lot).toFixed(ground.decimals.size)
}

/** Parameters of a create, without its category. */
export function orderParams(ground: Ground): Params {
  const { random, isHedge, symbol } = ground
  const isBuy = random.next() < 0.5
  const isReducing = random.next() < 0.25
  const idx = isHedge ? (isBuy !== isReducing ? 1 : 2) : 0
  const common = { symbol, side: isBuy ? 'Buy' : 'Sell', positionIdx: idx, qty: size(ground) }
  const link = random.next() < 0.7 ? { orderLinkId: ground.newLinkId() } : {}
  const reduce = isReducing ? { reduceOnly: true } : {}
  const smp = random.next() < 0.3 ? { smpType: pick(random, ['CancelMaker', 'CancelTaker', 'CancelBoth']) } : {}
  return { ...common, ...link, ...reduce, ...smp, ...kindParams(ground, isBuy, isReducing) }
}

function kindParams(ground: Ground, isBuy: boolean, isReducing: boolean): Params {
  const { random } = ground
  const passive = { orderType: 'Limit', price: priceAt(ground, isBuy, random.integer(0, 20)) }
  const taking = { orderType: 'Limit', price: priceAt(ground, isBuy, -random.integer(1, 40)) }
  const trigger = { triggerPrice: priceAt(ground, !isBuy, random.integer(1, 30)), triggerDirection: isBuy ? 1 : 2 }
  const profit = { takeProfit: priceAt(ground, !isBuy, 300), stopLoss: priceAt(ground, isBuy, 300) }
  const kinds: readonly [() => Params, ...(() => Params)[]] = [
    () => passive,
    () => passive,
    () => passive,
    () => taking,
    () => ({ orderType: 'Market' }),
    () => ({ orderType: 'Market', slippageToleranceType: 'TickSize', slippageTolerance: '50' }),
    () => ({ ...taking, timeInForce: 'IOC' }),
    () => ({ ...passive, timeInForce: 'IOC' }),
    () => ({ ...taking, timeInForce: 'FOK' }),
    () => ({ ...passive, timeInForce: 'FOK' }),
    () => ({ ...passive, timeInForce: 'PostOnly' }),
    () => ({ ...taking, timeInForce: 'PostOnly' }),
    () => ({ ...passive, ...trigger, triggerBy: pick(random, ['LastPrice', 'MarkPrice', 'IndexPrice']) }),
    () => ({ orderType: 'Market', ...trigger, triggerBy: 'LastPrice' }),
    () => (isReducing ? passive : { ...passive, ...profit }),
    () => (isReducing ? passive : { orderType: 'Market', ...profit, tpslMode: 'Full' }),
  ]
  return pick(random, kinds)()
}

/** An id most of the time known, sometimes nobody's. */
function idParams({ random, openIds }: Ground): Params {
  if (openIds.length === 0 || random.next() < 0.05) return { orderLinkId: 'nobody-has-this' }
  return { orderId: openIds[random.integer(0, openIds.length - 1)]! }
}

function amendParams(ground: Ground): Params {
  const { random, symbol } = ground
  const price = { price: priceAt(ground, random.next() < 0.5, random.integer(0, 15)) }
  const change =
    random.next() < 0.4 ? { qty: size(ground) } : random.next() < 0.7 ? price : { ...price, qty: size(ground) }
  return { symbol, ...idParams(ground), ...change }
}

const several = <T>(random: Random, make: () => T): T[] => Array.from({ length: random.integer(1, 5) }, make)

/** Something that changes orders. */
export function tradeRequest(ground: Ground): Request {
  const { random, symbol } = ground
  const draw = random.next()
  if (draw < 0.56) return post('/v5/order/create', orderParams(ground))
  if (draw < 0.7) return post('/v5/order/amend', amendParams(ground))
  if (draw < 0.84) return post('/v5/order/cancel', { symbol, ...idParams(ground) })
  if (draw < 0.86) return post('/v5/order/cancel-all', random.next() < 0.5 ? { symbol } : { settleCoin: 'USDT' })
  const withCategory = (params: Params): Params => ({ category: 'linear', ...params })
  if (draw < 0.92) {
    return post('/v5/order/create-batch', { request: several(random, () => withCategory(orderParams(ground))) })
  }
  if (draw < 0.96) {
    return post('/v5/order/amend-batch', { request: several(random, () => withCategory(amendParams(ground))) })
  }
  const cancels = several(random, () => withCategory({ symbol, ...idParams(ground) }))
  return post('/v5/order/cancel-batch', { request: cancels })
}

/** Something about the account or a position. */
export function settingsRequest(ground: Ground): Request {
  const { random, symbol, isHedge } = ground
  const positionIdx = isHedge ? random.integer(1, 2) : 0
  const leverage = String(random.integer(5, 25))
  const all: readonly [Request, ...Request[]] = [
    post('/v5/position/switch-mode', { symbol, mode: isHedge ? 0 : 3 }),
    post('/v5/position/set-leverage', { symbol, buyLeverage: leverage, sellLeverage: leverage }),
    post('/v5/position/trading-stop', {
      symbol,
      positionIdx,
      tpslMode: 'Full',
      takeProfit: priceAt(ground, positionIdx === 2, 400),
      stopLoss: priceAt(ground, positionIdx !== 2, 400),
    }),
    post('/v5/position/trading-stop', { symbol, positionIdx, tpslMode: 'Full', takeProfit: '0', stopLoss: '0' }),
    post('/v5/position/set-auto-add-margin', { symbol, positionIdx, autoAddMargin: random.integer(0, 1) }),
    post('/v5/position/add-margin', { symbol, positionIdx, margin: '10' }),
    post('/v5/account/set-limit-px-action', { modifyEnable: random.next() < 0.5 }),
    post('/v5/account/set-margin-mode', { setMarginMode: 'REGULAR_MARGIN' }),
    post('/v5/account/set-hedging-mode', { setHedgingMode: 'OFF' }),
    post('/v5/account/demo-apply-money', { adjustType: 0, utaDemoApplyMoney: [{ coin: 'USDT', amountStr: '100' }] }),
    post('/v5/order/disconnected-cancel-all', { product: 'DERIVATIVES', timeWindow: 10 }),
  ]
  return pick(random, all)
}

/** Every list and fact there is to be asked for. */
export function readRequests(symbol: string): readonly [Request, ...Request[]] {
  const linear = { category: 'linear', symbol }
  const coin = { category: 'linear', settleCoin: 'USDT' }
  return [
    get('/v5/market/time', {}),
    get('/v5/market/instruments-info', { category: 'linear', limit: '2' }),
    get('/v5/market/instruments-info', { category: 'spot' }),
    get('/v5/market/tickers', linear),
    get('/v5/market/orderbook', { ...linear, limit: '50' }),
    get('/v5/market/price-limit', { symbol }),
    get('/v5/market/funding/history', { ...linear, limit: '3' }),
    get('/v5/market/open-interest', { ...linear, intervalTime: '5min', limit: '3' }),
    get('/v5/market/account-ratio', { ...linear, period: '5min', limit: '3' }),
    get('/v5/market/recent-trade', { ...linear, limit: '20' }),
    get('/v5/market/risk-limit', linear),
    get('/v5/market/insurance', { coin: 'USDT' }),
    ...['kline', 'mark-price-kline', 'index-price-kline', 'premium-index-price-kline'].map((kind) =>
      get(`/v5/market/${kind}`, { ...linear, interval: '1', limit: '3' }),
    ),
    get('/v5/order/realtime', linear),
    get('/v5/order/realtime', { ...coin, openOnly: '1', limit: '50' }),
    get('/v5/order/history', { ...linear, limit: '50' }),
    get('/v5/execution/list', { ...linear, limit: '50' }),
    get('/v5/position/list', linear),
    get('/v5/position/list', coin),
    get('/v5/position/symbol-info', linear),
    get('/v5/position/closed-pnl', { ...linear, limit: '20' }),
    get('/v5/account/wallet-balance', { accountType: 'UNIFIED' }),
    get('/v5/account/info', {}),
    get('/v5/account/fee-rate', linear),
    get('/v5/account/transaction-log', { accountType: 'UNIFIED', category: 'linear', limit: '50' }),
    get('/v5/account/smp-group', {}),
    get('/v5/account/query-dcp-info', {}),
    get('/v5/asset/coin/query-info', { coin: 'USDT' }),
    get('/v5/user/query-api', {}),
  ]
}

/** What nobody should send; each is refused with a retCode. */
export function badRequest({ random, symbol, isHedge }: Ground): Request {
  const order = { symbol, side: 'Buy', orderType: 'Limit', qty: '1', price: '1', positionIdx: isHedge ? 1 : 0 }
  return pick(random, [
    post('/v5/order/create', { ...order, side: 'Hold' }),
    post('/v5/order/create', { ...order, qty: '0.00000001' }),
    post('/v5/order/create', { ...order, qty: 'many' }),
    post('/v5/order/create', { ...order, positionIdx: isHedge ? 0 : 1 }),
    post('/v5/order/create', { ...order, symbol: 'NOPEUSDT' }),
    post('/v5/order/create', { ...order, orderLinkId: 'a b' }),
    post('/v5/order/create', {}),
    post('/v5/order/cancel', { symbol }),
    post('/v5/order/cancel-all', {}),
    post('/v5/order/create-batch', { request: [] }),
    post('/v5/position/switch-mode', { symbol, mode: 7 }),
    get('/v5/order/realtime', { category: 'linear' }),
    get('/v5/market/orderbook', { category: 'linear', symbol: 'NOPEUSDT' }),
    get('/v5/account/wallet-balance', { accountType: 'FUND' }),
  ])
}
