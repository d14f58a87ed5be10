/**
 * What is settled before a run touches the venue: where it may trade, what it is called, what its journal begins with.
 */
import { createHash } from 'node:crypto'
import type { Config } from './config.ts'
import { bounds, publicConfig } from './config.ts'
import { neverQualifies } from './domain/advice.ts'
import type { Instrument } from './domain/instrument.ts'
import { formatSteps } from './domain/steps.ts'
import type { EventData } from './journal/events.ts'
import type { Clock } from './seams/clock.ts'
import { seededRandom } from './seams/random.ts'
import { refuseHost } from './venue/hosts.ts'

/** Throws with every address that is not on the allow-list. Asked again here, whoever built the configuration. */
export function refuseForeignHosts({ restUrl, privateUrl, publicUrl, hostsAllowed }: Config): void {
  const problems = [
    refuseHost(restUrl, hostsAllowed),
    refuseHost(privateUrl, hostsAllowed),
    refuseHost(publicUrl, hostsAllowed, 'public-stream'),
  ].filter((problem) => problem !== null)
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

/** Two runs never share an id, so no two runs' orders do: wall time and process are in it, whatever the seed is. */
export function drawRunId(seed: string, clock: Clock): string {
  const wallMs = clock.wallMs()
  const nonce = seededRandom(`${seed}/${wallMs}/${process.pid}`).integer(0, 36 ** 3 - 1)
  return `r${wallMs.toString(36)}${nonce.toString(36).padStart(3, '0')}`
}

/** Terms that can never qualify are said at once, not found out after a day (D2). */
export function adviceOnTerms(config: Config): string[] {
  const { syntheticSpreadBps, syntheticFundingDelta, estimatedPositionSizeUsd, qualificationGate } = config
  const advice = neverQualifies({
    spreadBps: syntheticSpreadBps,
    fundingDelta8h: syntheticFundingDelta,
    positionSizeUsd: estimatedPositionSizeUsd,
  })
  if (advice === null) return []
  if (qualificationGate === 'enforce') return [advice.message]
  return [advice.message, 'QUALIFICATION_GATE=observe: trading them nevertheless']
}

/** Tells one key from another without telling the key. */
export function accountOf({ apiKey }: Pick<Config, 'apiKey'>): string {
  return createHash('sha256').update(apiKey).digest('hex').slice(0, 12)
}

export interface StartFacts {
  readonly config: Config
  readonly clock: Clock
  readonly runId: string
  readonly instruments: readonly Instrument[]
  readonly plannedFaults: readonly string[]
  /** The venue's clock now, ms. */
  readonly venueMs: number
}

/** The first line of a journal: everything a reader needs to judge the rest by, and no secret. */
export function startRecord(facts: StartFacts): EventData['run.started'] {
  const { config, clock, runId, instruments, plannedFaults, venueMs } = facts
  const { node, v8 } = process.versions
  return {
    runId,
    target: config.target,
    seed: config.runSeed,
    versions: { node, v8, platform: `${process.platform} ${process.arch}` },
    config: publicConfig(config),
    bounds: bounds(config),
    instruments: instruments.map(({ symbol, tick, lot, minLots, minNotionalUsd }) => ({
      symbol,
      tick: formatSteps(1, tick),
      lot: formatSteps(1, lot),
      minLots,
      minNotionalUsd,
    })),
    clock: { atUs: clock.nowUs(), venueMs },
    plannedFaults,
    account: accountOf(config),
  }
}
