/**
 * A two-leg bot as many are written: both legs at once, and nobody looks at what became of them. Shown in the README as
 * what `check` is for.
 */
import ccxt from 'ccxt'

export interface VenueAddresses {
  readonly restUrl: string
  readonly apiKey: string
  readonly apiSecret: string
}

/** Opens one pair. Resolves whatever happens to the legs. */
export async function naiveBot({ restUrl, apiKey, apiSecret }: VenueAddresses): Promise<void> {
  const bybit = new ccxt.bybit({ apiKey, secret: apiSecret, options: { defaultType: 'swap' } })
  const api = bybit.urls['api'] as Record<string, unknown>
  for (const name of Object.keys(api)) if (typeof api[name] === 'string') api[name] = restUrl
  await bybit.setPositionMode(true, 'BTC/USDT:USDT')
  await Promise.allSettled([
    bybit.createOrder('BTC/USDT:USDT', 'market', 'buy', 0.01, undefined, { positionIdx: 1 }),
    bybit.createOrder('BTC/USDT:USDT', 'market', 'sell', 0.01, undefined, { positionIdx: 2 }),
  ])
  await bybit.close()
}
