/**
 * Which REST endpoints exist, how they are asked, and whether anybody may. Everything else is HTTP 404.
 * What they mean is the core's business.
 */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** Market data: nobody needs to sign. */
  readonly open: boolean
}

const MARKET = ['time', 'instruments-info', 'tickers', 'orderbook', 'recent-trade', 'price-limit', 'open-interest']
const READ = [
  'order/realtime',
  'order/history',
  'execution/list',
  'position/list',
  'account/wallet-balance',
  'account/info',
]
const WRITE = [
  'order/create',
  'order/amend',
  'order/cancel',
  'order/cancel-all',
  'position/switch-mode',
  'position/set-leverage',
]

export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ...MARKET.map((name): [string, Route] => [`/v5/market/${name}`, { method: 'GET', open: true }]),
  ...READ.map((name): [string, Route] => [`/v5/${name}`, { method: 'GET', open: false }]),
  ...WRITE.map((name): [string, Route] => [`/v5/${name}`, { method: 'POST', open: false }]),
])
