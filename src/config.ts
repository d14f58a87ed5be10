/**
 * The run's configuration as plain data. `parseConfig` (zod) is the only reader of the environment.
 */
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
