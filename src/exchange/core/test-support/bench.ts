/**
 * A venue on a bench: worlds from the fixtures, a clock that only moves when told to, and short calls for tests.
 */
import { shippedWorld } from '../../test-support/worlds.ts'
import type { World } from '../../world.ts'
import { createExchange } from '../exchange.ts'
import type { CoreReply, ExchangeCore, Push } from '../types.ts'

export const START_MS = 1_767_225_600_000
export const MAIN = '1000001'
export const OTHER = '1000002'

export type Row = Readonly<Record<string, string> & { list: readonly Row[] }>

export interface Answered {
  readonly reply: CoreReply
  readonly pushes: readonly Push[]
}

export interface Bench {
  readonly core: ExchangeCore
  nowMs(): number
  /** Lets time pass. */
  pass(ms: number): readonly Push[]
  post(path: string, params: Readonly<Record<string, unknown>>, accountId?: string): Answered
  get(path: string, params: Readonly<Record<string, unknown>>, accountId?: string): CoreReply
  /** Rows of a list endpoint. */
  rows(path: string, params: Readonly<Record<string, unknown>>, accountId?: string): readonly Row[]
  /** A create; Limit when there is a price, else Market. Limits of the venue are waited out, not met. */
  order(params: Readonly<Record<string, unknown>>, accountId?: string): Answered
  position(symbol: string, idx?: number, accountId?: string): Row
}

export function worldOf(name: string, change: (world: Mutable<World>) => void = () => {}): World {
  const world = shippedWorld(name) as Mutable<World>
  change(world)
  return world as World
}

export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T

/** Limits high enough not to matter. */
export const noLimits = (world: Mutable<World>): void => {
  for (const key of Object.keys(world.limits) as (keyof World['limits'])[]) world.limits[key] = 10_000
}

export function createBench(world: World | string, startMs = START_MS): Bench {
  const core = createExchange(typeof world === 'string' ? worldOf(world, noLimits) : world, { startMs })
  let nowMs = startMs
  const post = (path: string, params: Readonly<Record<string, unknown>>, accountId = MAIN): Answered =>
    core.handle({ accountId, method: 'POST', path, params: { category: 'linear', ...params } }, nowMs)
  const get = (path: string, params: Readonly<Record<string, unknown>>, accountId = MAIN): CoreReply =>
    core.handle({ accountId, method: 'GET', path, params: { category: 'linear', ...params } }, nowMs).reply
  const rows = (path: string, params: Readonly<Record<string, unknown>>, accountId = MAIN): readonly Row[] =>
    (get(path, params, accountId).result as Row).list
  return {
    core,
    nowMs: () => nowMs,
    pass: (ms) => {
      nowMs += ms
      return core.advance(nowMs)
    },
    post,
    get,
    rows,
    order: (params, accountId) =>
      post('/v5/order/create', { orderType: params['price'] === undefined ? 'Market' : 'Limit', ...params }, accountId),
    position: (symbol, idx = 0, accountId = MAIN) => {
      const found = rows('/v5/position/list', { symbol }, accountId).find((row) => Number(row['positionIdx']) === idx)
      if (found === undefined) throw new Error(`no row for ${symbol} idx ${idx}`)
      return found
    },
  }
}

/** All rows of one private topic, oldest first. */
export function privateRows(pushes: readonly Push[], topic: string, accountId = MAIN): readonly Row[] {
  return pushes.flatMap((push) =>
    push.kind === 'private' && push.topic === topic && push.accountId === accountId
      ? (push.rows as readonly Row[])
      : [],
  )
}
