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

/** By path. Endpoints of the core that count against no account's limit are the open ones. */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  [...ENDPOINTS].map(([path, { method, limit }]): [string, Route] => [path, { method, open: limit === null }]),
)
