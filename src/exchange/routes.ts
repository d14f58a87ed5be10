/**
 * Which REST endpoints exist, how they are asked, and whether anybody may: read off the core's own table, so that the
 * shell never knows an endpoint the core does not, or the other way round. Everything else is HTTP 404.
 */
import { ROUTES as ENDPOINTS } from './core/routes.ts'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** Market data: nobody needs to sign. */
  readonly open: boolean
}

/** By path. The core's keys are a method and a path, e.g. "POST /v5/order/create"; endpoints without a counter are open. */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  [...ENDPOINTS].map(([key, { limit }]): [string, Route] => {
    const [method, path] = key.split(' ')
    if ((method !== 'GET' && method !== 'POST') || path === undefined) throw new Error(`no endpoint: ${key}`)
    return [path, { method, open: limit === null }]
  }),
)
