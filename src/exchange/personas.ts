/**
 * What of the venue one listener shows. All listeners of a process share one market and its accounts.
 *
 *   mainnet-like   /v5/public/linear  /v5/private  /v5/trade      every endpoint the core has
 *   demo                              /v5/private                 10032 where demo lacks an endpoint
 *
 * Source: Bybit v5 docs, demo trading service; what demo answers where the docs are silent is from public issue threads
 * (facts §1).
 */
import type { CoreReply, CoreRequest } from './core/types.ts'
import { ROUTES } from './routes.ts'

export const PERSONA_NAMES = ['mainnet-like', 'demo'] as const
export type PersonaName = (typeof PERSONA_NAMES)[number]
export type Environment = 'mainnet' | 'demo'
export type StreamName = 'public' | 'private' | 'trade'

export interface Persona {
  readonly name: PersonaName
  /** Keys made in another environment are unknown here (10003). */
  readonly environment: Environment
  /** The streams by upgrade path; every other path is HTTP 404. */
  readonly streams: ReadonlyMap<string, StreamName>
  /** Topics a private socket may hold; a per-category form is a topic and its category. */
  readonly privateTopics: RegExp
  /**
   * The answer this environment gives instead of the core's; null: the core is to answer. `params` is null for a path
   * the core does not have, so nobody has asked who is calling.
   */
  refuses(path: string, params: CoreRequest['params'] | null): CoreReply | null
}

const PUBLIC = '/v5/public/linear'
const PRIVATE = '/v5/private'
const TRADE = '/v5/trade'

const CATEGORY = '(?:\\.(?:linear|inverse|spot|option))?'

/** Demo's own list (facts §1), market data aside. */
const DEMO_ENDPOINTS: ReadonlySet<string> = new Set([
  '/v5/order/create',
  '/v5/order/amend',
  '/v5/order/cancel',
  '/v5/order/cancel-all',
  '/v5/order/realtime',
  '/v5/order/history',
  '/v5/order/create-batch',
  '/v5/order/amend-batch',
  '/v5/order/cancel-batch',
  '/v5/execution/list',
  '/v5/position/list',
  '/v5/position/set-leverage',
  '/v5/position/switch-mode',
  '/v5/position/trading-stop',
  '/v5/position/set-auto-add-margin',
  '/v5/position/add-margin',
  '/v5/position/closed-pnl',
  '/v5/account/wallet-balance',
  '/v5/account/info',
  '/v5/account/transaction-log',
  '/v5/account/set-margin-mode',
  '/v5/account/collateral-info',
  '/v5/account/set-collateral-switch',
  '/v5/account/set-collateral-switch-batch',
  '/v5/account/borrow-history',
  '/v5/account/set-hedging-mode',
  '/v5/account/demo-apply-money',
  '/v5/asset/coin-greeks',
  '/v5/asset/delivery-record',
  '/v5/asset/settlement-record',
  '/v5/spot-margin-trade/switch-mode',
  '/v5/spot-margin-trade/set-leverage',
  '/v5/user/query-api',
])

/** Endpoints of the venue that demo is known to lack, whether or not this core has them. */
const DEMO_LACKS: ReadonlySet<string> = new Set([
  '/v5/order/disconnected-cancel-all',
  '/v5/order/pre-check',
  '/v5/account/query-dcp-info',
  '/v5/account/set-limit-px-action',
  '/v5/position/switch-isolated',
])

/** What the demo persona has to know of a world. */
export interface PersonaFacts {
  /** Symbols that are traded before their market opens. */
  readonly preMarketSymbols: ReadonlySet<string>
}

export function personaOf(name: PersonaName, facts: PersonaFacts): Persona {
  return name === 'demo' ? demo(facts) : MAINNET_LIKE
}

const MAINNET_LIKE: Persona = {
  name: 'mainnet-like',
  environment: 'mainnet',
  streams: new Map([
    [PUBLIC, 'public'],
    [PRIVATE, 'private'],
    [TRADE, 'trade'],
  ]),
  privateTopics: new RegExp(
    `^(?:(?:order|execution|execution\\.fast|position)${CATEGORY}|wallet|greeks|dcp\\.(?:future|spot|option))$`,
  ),
  refuses: () => null,
}

/** No public stream (its data is mainnet's), no trade socket, no `execution.fast`, no disconnect protection. */
function demo({ preMarketSymbols }: PersonaFacts): Persona {
  return {
    name: 'demo',
    environment: 'demo',
    streams: new Map([[PRIVATE, 'private']]),
    privateTopics: new RegExp(`^(?:(?:order|execution|position)${CATEGORY}|wallet|greeks)$`),
    refuses: (path, params) => {
      if (lacks(path)) return refusal(10032, 'Demo trading are not supported.')
      if (params === null) return null
      if (path === '/v5/account/fee-rate') return refusal(10001, '')
      if (path === '/v5/account/set-margin-mode' && params['setMarginMode'] === 'ISOLATED_MARGIN') {
        return refusal(110073, 'Set margin mode failed')
      }
      const symbol = params['symbol']
      if (path !== '/v5/order/create' || typeof symbol !== 'string' || !preMarketSymbols.has(symbol)) return null
      return refusal(110100, 'Pre-market perpetual orders are not supported on demo trading.')
    },
  }
}

function lacks(path: string): boolean {
  if (DEMO_ENDPOINTS.has(path) || path.startsWith('/v5/market/') || path === '/v5/account/fee-rate') return false
  return ROUTES.has(path) || DEMO_LACKS.has(path) || path.startsWith('/v5/asset/')
}

function refusal(retCode: number, retMsg: string): CoreReply {
  return { retCode, retMsg, result: {}, retExtInfo: {} }
}
