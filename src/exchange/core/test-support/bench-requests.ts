/**
 * The core as its benchmark asks it: requests as the shell hands them over, their prices and sizes text already.
 */
import type { CoreRequest, ExchangeCore } from '../types.ts'
import { ACCOUNTS, LOTS_MAX, OFFSET_MAX, type Operation, SYMBOLS, type Terms, type Way } from './bench-plan.ts'

interface Written extends CoreRequest {
  readonly params: Record<string, string>
  /** Which of the orders created. */
  readonly order: number
}

/** Written once: the router looks a path up by its text, which costs more when it is a new one each time. */
const PATHS = { create: '/v5/order/create', amend: '/v5/order/amend', cancel: '/v5/order/cancel' } as const

/** One request every 5 µs of venue time. Throws when one is refused, or pushed nothing. */
export function overCore({ handle }: Pick<ExchangeCore, 'handle'>, startMs: number): Way<Written> {
  const ids: string[] = []
  let nowMs = startMs
  const texts = textsOfSymbols()
  return {
    write: (operation) => {
      const { order, terms, does } = operation
      const accountId = ACCOUNTS[terms.by]!
      return { accountId, method: 'POST', path: PATHS[does], params: paramsOf(operation, texts), order }
    },
    perform: (request) => {
      const isNew = request.path === PATHS.create
      if (!isNew) request.params['orderId'] = ids[request.order]!
      nowMs += 0.005
      const { reply, pushes } = handle(request, nowMs)
      const isSame = reply.retMsg === 'order not modified'
      if (reply.retCode !== 0 && !isSame) throw new Error(`${request.path}: ${reply.retCode} ${reply.retMsg}`)
      if (pushes.length === 0 && !isSame) throw new Error(`${request.path} pushed nothing`)
      if (isNew) ids[request.order] = (reply.result as { readonly orderId: string }).orderId
    },
  }
}

type Texts = ReadonlyMap<Terms['at'], { readonly prices: readonly string[]; readonly sizes: readonly string[] }>

function paramsOf({ does, terms, timeInForce }: Operation, texts: Texts): Record<string, string> {
  const { at, ticks, lots, isBuy } = terms
  const { prices, sizes } = texts.get(at)!
  const price = prices[ticks - at.midTicks + OFFSET_MAX]!
  const qty = sizes[lots]!
  const side = isBuy ? 'Buy' : 'Sell'
  switch (does) {
    case 'create':
      return { category: 'linear', symbol: at.symbol, side, orderType: 'Limit', timeInForce, price, qty }
    case 'amend':
      return { category: 'linear', symbol: at.symbol, orderId: '', price, qty }
    case 'cancel':
      return { category: 'linear', symbol: at.symbol, orderId: '' }
  }
}

/** Every price and size there will be, as text. */
function textsOfSymbols(): Texts {
  const count = 2 * OFFSET_MAX + 1
  return new Map(
    SYMBOLS.map((at) => {
      const prices = Array.from({ length: count }, (_, n) => decimal(at.midTicks - OFFSET_MAX + n, at.priceDecimals))
      const sizes = Array.from({ length: LOTS_MAX + 1 }, (_, lots) => decimal(lots, at.lotDecimals))
      return [at, { prices, sizes }]
    }),
  )
}

function decimal(units: number, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
