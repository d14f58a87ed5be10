/**
 * The seam between the pure exchange and its shell.
 *
 *   (request, now) ─► core ─► reply + pushes        advance(now) ─► pushes
 *
 * The core has no I/O, no clock and no chance of its own: time is an argument, chance comes from the world's seed.
 * State may change in place. Same world, same calls: same replies and pushes, byte for byte.
 */

import type { ListingStatus } from './books.ts'

/**
 * A venue request after the shell has parsed it and verified who asks: over HTTP, or over the trade socket with the path
 * and method its operation has over HTTP. One account's limits and rights are the same either way.
 */
export interface CoreRequest {
  /** Account (UID) the api key belongs to; null for a public endpoint. */
  readonly accountId: string | null
  readonly method: 'GET' | 'POST'
  /** E.g. "/v5/order/create". */
  readonly path: string
  /** Query parameters (GET) or the parsed JSON body (POST). Unchecked: the core validates. */
  readonly params: Readonly<Record<string, unknown>>
}

/** Becomes the envelope `{ retCode, retMsg, result, retExtInfo, time }`. */
export interface CoreReply {
  readonly retCode: number
  readonly retMsg: string
  readonly result: unknown
  readonly retExtInfo: unknown
  /** Parts of the envelope this answer is sent without. */
  readonly omits?: readonly ('result' | 'retExtInfo' | 'time')[]
  /** For the `X-Bapi-Limit-*` headers; absent on endpoints without a counter. */
  readonly limit?: { readonly limit: number; readonly remaining: number; readonly resetMs: number }
}

/** Something for the streams. */
export type Push =
  | {
      readonly kind: 'private'
      readonly accountId: string
      readonly topic: 'order' | 'execution' | 'position' | 'wallet'
      /** Complete wire rows of that topic. */
      readonly rows: readonly Readonly<Record<string, unknown>>[]
      /** Not before this moment (the world's stream delay), ms. */
      readonly dueMs: number
    }
  | {
      readonly kind: 'public'
      /** E.g. "orderbook.1.BTCUSDT". */
      readonly topic: string
      /** The complete frame, ready to be serialised once for all subscribers. */
      readonly frame: Readonly<Record<string, unknown>>
    }

export type PrivateTopic = Extract<Push, { kind: 'private' }>['topic']

/** What the shell needs to know of a key before it asks the core anything. */
export interface KeyHolder {
  readonly accountId: string
  readonly apiSecret: string
  /** PEM of an RSA key, which then signs instead of the secret; null, or nothing, where the secret does. */
  readonly rsaPublicKey?: string | null
  /** Addresses the key may be used from; "*", or none named, is any. */
  readonly ips?: readonly string[]
  /** Where the key was made; "any", or nothing, is known everywhere. */
  readonly environment?: Environment | 'any'
}

export type Environment = 'mainnet' | 'testnet' | 'demo'

export interface ExchangeCore {
  handle(request: CoreRequest, nowMs: number): { readonly reply: CoreReply; readonly pushes: readonly Push[] }
  /** Moves market and matching forward to `nowMs`. Called by the shell on its timer and before every request. */
  advance(nowMs: number): readonly Push[]
  /** The earliest moment at which `advance` has something to do, ms. */
  nextDueMs(): number
  /** Topics the shell's subscribers need; others are not produced. Unknown topics answer false (handler not found). */
  subscribe(topic: string): boolean
  unsubscribe(topic: string): void
  /** The frames a new subscriber of a public topic gets first. */
  snapshot(topic: string, nowMs: number): readonly Readonly<Record<string, unknown>>[]
  readonly accounts: ReadonlyMap<string, KeyHolder> // by api key
  /** Counters for tests and the admin side: orders accepted, executions, refusals by code, … */
  counters(): Readonly<Record<string, number>>
  /** Control by tests, in process or through the admin port: change the world while it runs. */
  control(change: WorldChange, nowMs: number): readonly Push[]
}

/** Circumstances that can be set while running. Disturbances are not here: they belong to the wire. */
export type WorldChange =
  | MoneyChange
  | { readonly do: 'restart' } // the services begin anew: update id 1 on every book, no ended orders in realtime
  | { readonly do: 'move'; readonly symbol: string; readonly bps: number } // shift the market by so much, at once
  | { readonly do: 'depth'; readonly symbol: string; readonly levelLots: number | null } // thin or restore the book
  | { readonly do: 'matchDelay'; readonly symbol: string; readonly side: 'buy' | 'sell'; readonly delayMs: number }
  | { readonly do: 'hold'; readonly symbol: string; readonly on: boolean } // freeze or resume the market's own moves

/** Of those, the ones about money and positions rather than the market. */
export type MoneyChange =
  | { readonly do: 'status'; readonly symbol: string; readonly status: ListingStatus } // open, restrict or close a symbol
  | { readonly do: 'fundingRate'; readonly symbol: string; readonly rate: string } // from the next settlement on
  | { readonly do: 'dcp'; readonly accountId: string; readonly isAlive: boolean } // a protected socket is there, or the last one went
