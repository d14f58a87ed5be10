/** The fault layer disturbs REST through MSW: whatever we do with sockets, it must see every request. */
import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
import { expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { createRest } from './rest.ts'
import { ok, startHttpVenue } from './test-support/http-venue.ts'

test("MSW's interceptor, mounted before the client, sees and can answer its requests", async () => {
  await using venue = await startHttpVenue(() => ok({}, 1000))
  const interceptor = new HttpRequestInterceptor()
  const seen: string[] = []
  interceptor.on('request', ({ request, controller }) => {
    const { pathname } = new URL(request.url)
    seen.push(pathname)
    if (pathname.endsWith('wallet-balance')) {
      const list = [{ totalEquity: '7', totalAvailableBalance: '7', coin: [] }]
      controller.respondWith(Response.json({ retCode: 0, retMsg: '', result: { list } }))
    }
  })
  interceptor.apply()
  const rest = createRest({
    baseUrl: venue.url,
    apiKey: 'k',
    apiSecret: 's',
    clock: systemClock,
    orderRecvWindowMs: 1000,
    orderTimeoutMs: 2000,
    readTimeoutMs: 2000,
    createsPerSecond: 10,
    ipCallsPer5s: 600,
  })
  try {
    expect((await rest.syncClock()).kind).toBe('done')
    expect(await rest.wallet()).toMatchObject({ kind: 'done', value: { equityUsd: 7 } })
    expect(new Set(seen)).toEqual(new Set(['/v5/market/time', '/v5/account/wallet-balance']))
    expect(venue.of('/v5/account/wallet-balance')).toHaveLength(0)
    expect(venue.of('/v5/market/time')).toHaveLength(4)
  } finally {
    await rest.close()
    interceptor.dispose()
  }
})
