/**
 * The run's configuration as plain data, and what follows from it. Loads nothing: the runtime's own process uses it.
 *
 *   environment ─► parseConfig (config-parse.ts, zod) ─► Config ─► withVenue (a spawned mock's endpoints) ─► runtime
 *                                                          ├─► publicConfig   for the journal
 *                                                          └─► bounds         what the promises are judged by
 *
 * `parseConfig` is the only reader of the environment.
 */
import type { Bounds } from './journal/events.ts'

export type TargetName = 'embedded' | 'container' | 'demo'

export interface Config {
  readonly target: TargetName
  readonly restUrl: string
  readonly publicUrl: string
  readonly privateUrl: string
  readonly apiKey: string
  readonly apiSecret: string

  readonly syntheticSpreadBps: number
  readonly syntheticFundingDelta: number
  readonly estimatedPositionSizeUsd: number
  readonly tradeSizeUsd: number
  readonly maxConcurrentTrades: number
  readonly symbols: readonly string[]
  readonly qualificationGate: 'enforce' | 'observe'
  readonly legPricing: 'marketable' | 'synthetic'
  readonly legTimeoutPolicy: 'unwind' | 'hedge'
  readonly topology: 'threads' | 'inline'

  readonly orderTimeoutMs: number
  readonly legTimeoutMs: number
  readonly slippageCapBps: number
  readonly convergenceHalfLifeMs: number
  readonly maxHoldMs: number
  readonly stopLossBps: number
  readonly entryRetriesMax: number
  readonly unwindsMax: number
  readonly ringCapacity: number
  readonly pingIntervalMs: number
  readonly silencePublicMs: number
  readonly silencePrivateMs: number
  readonly maxNotionalUsd: number
  readonly recoveryBoundMs: number
  /** While there are trades, the venue's executions and open orders are looked at so often, whatever the stream says. */
  readonly reconcileIntervalMs: number
  readonly staleAfterMs: number
  readonly orderRecvWindowMs: number
  readonly unknownMaxMs: number
  readonly readLagMs: number
  /** Order creates per rolling second the account is allowed (the venue's headers correct it downwards and upwards). */
  readonly createsPerSecond: number
  /** REST calls of all kinds in any 5 s from one address. */
  readonly ipCallsPer5s: number
  readonly runSeed: string
  /** Hosts allowed besides the demo ones and loopback, named explicitly (for tests). */
  readonly hostsAllowed: readonly string[]

  /** Stop after so long; null runs until a signal. */
  readonly durationMs: number | null
  /** Stop after so many trades; null is no limit. */
  readonly maxTrades: number | null
}

/** The line `exchange` prints when it listens. */
export interface VenueEndpoints {
  readonly rest: string
  readonly publicStream: string
  readonly privateStream: string
  readonly apiKey: string
  readonly apiSecret: string
}

/** The configuration with a venue's endpoints and credentials in it: how a spawned mock becomes the target. */
export function withVenue(config: Config, endpoints: VenueEndpoints): Config {
  return {
    ...config,
    restUrl: endpoints.rest,
    publicUrl: endpoints.publicStream,
    privateUrl: endpoints.privateStream,
    apiKey: endpoints.apiKey,
    apiSecret: endpoints.apiSecret,
  }
}

/** Everything but the credentials: what may be journaled, logged and shown. */
export function publicConfig(config: Config): Omit<Config, 'apiKey' | 'apiSecret'> & Readonly<Record<string, unknown>> {
  const { apiKey: _key, apiSecret: _secret, ...rest } = config
  return rest
}

/** A create is accepted, and shown, at most so long after it was signed: then "not found" means never (D10), ms. */
export function arrivalMaxMs({ orderRecvWindowMs, readLagMs }: Config): number {
  return orderRecvWindowMs + readLagMs
}

/** P6's absolute budget of an emergency close, ms. */
export const CLOSE_BUDGET_MS = 1_000

/**
 * The bounds the promises are judged by.
 *
 * `nakedMaxMs` (P1), from the first fill of a trade to the fill that evens the legs, with one answer lost anywhere:
 *
 *   retries × legTimeout    each earlier round fills a part and is settled within its leg timeout; a round that ends
 *                           unknown is never followed by another
 * + settle                  the last round, counted from its submit: its reply is awaited for orderTimeout; at the later
 *                           of unknownMax and legTimeout it is cancelled, and that answer is awaited as long; or nothing
 *                           is there, which is proved once the receive window is over
 * + readLag                 the books may lag so much behind
 * + closeBudget             then what is naked is taken off (P6); the round trips of the above are in its slack
 *
 * With the defaults and no retry that is design P1's order timeout + unknown max + read lag + close budget. Hedging a
 * late leg with a market order is one more round.
 */
export function bounds(config: Config): Bounds {
  const retries = config.entryRetriesMax + (config.legTimeoutPolicy === 'hedge' ? 1 : 0)
  const settleMs = Math.max(
    config.orderTimeoutMs + Math.max(config.unknownMaxMs, config.legTimeoutMs),
    config.orderRecvWindowMs,
  )
  return {
    orderTimeoutMs: config.orderTimeoutMs,
    legTimeoutMs: config.legTimeoutMs,
    unknownMaxMs: config.unknownMaxMs,
    orderRecvWindowMs: config.orderRecvWindowMs,
    readLagMs: config.readLagMs,
    recoveryBoundMs: config.recoveryBoundMs,
    entryRetriesMax: config.entryRetriesMax,
    unwindsMax: config.unwindsMax,
    maxConcurrentTrades: config.maxConcurrentTrades,
    maxNotionalUsd: config.maxNotionalUsd,
    closeBudgetMs: CLOSE_BUDGET_MS,
    nakedMaxMs: retries * config.legTimeoutMs + settleMs + config.readLagMs + CLOSE_BUDGET_MS,
    createsPerSecond: config.createsPerSecond,
  }
}
