/**
 * What a configuration may hold and its owner should know: said once at start, never fatal. That its terms can never
 * qualify is not said here but by the run itself, in its journal (domain/advice.ts).
 */
import type { Config } from './config.ts'
import { FIELDS } from './config-fields.ts'
import type { Environment } from './config-parse.ts'
import { DEMO_VARIABLES, defaultMaxHoldMs } from './config-parse.ts'

/** Every variable this program reads. */
export const VARIABLES: readonly string[] = [
  ...Object.values(DEMO_VARIABLES),
  ...Object.values(FIELDS).map((field) => field.variable),
]

/** Four taker orders: what a trade in a market that stands still has lost when it is hedged, bps. */
const START_LOSS_BPS = 22

/** Warnings, each a sentence or more, ready to print. No value of an unknown variable is ever shown. */
export function configWarnings(env: Environment, config: Config): readonly string[] {
  return [...typos(env), ...boundWarnings(config)]
}

function boundWarnings(config: Config): string[] {
  const warnings: string[] = []
  if (config.stopLossBps <= START_LOSS_BPS) {
    warnings.push(
      `STOP_LOSS_BPS is ${config.stopLossBps}: a trade starts at about -${START_LOSS_BPS} bps (four taker fees), so each one stops at once.`,
    )
  }
  const threeHalfLives = 3 * Math.abs(config.convergenceHalfLifeMs)
  if (config.maxHoldMs < threeHalfLives) {
    warnings.push(
      `MAX_HOLD_MS is ${config.maxHoldMs}, less than three half-lives (${threeHalfLives} ms): a trade may be closed before the synthetic spread has. Left out it is ${defaultMaxHoldMs(config.convergenceHalfLifeMs)}.`,
    )
  }
  const wantedUsd = 2 * config.tradeSizeUsd * config.maxConcurrentTrades
  if (wantedUsd > config.maxNotionalUsd) {
    warnings.push(
      `MAX_NOTIONAL_USD is ${config.maxNotionalUsd}: it holds fewer than the ${config.maxConcurrentTrades} trades MAX_CONCURRENT_TRADES allows (2 × ${config.tradeSizeUsd} USD each).`,
    )
  }
  if (config.reconcileIntervalMs + config.readLagMs >= config.recoveryBoundMs) {
    warnings.push(
      `RECONCILE_INTERVAL_MS is ${config.reconcileIntervalMs}: a fill that the stream withholds is found later than RECOVERY_BOUND_MS (${config.recoveryBoundMs}).`,
    )
  }
  return warnings
}

/** Variables nobody reads that look like ours: by their prefix, or by being a slip of the finger away. */
function typos(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && !VARIABLES.includes(name))
    .flatMap((name) => {
      const nearest = nearestVariable(name.toUpperCase())
      const isOurs = /^(?:BYBIT|SYNTHETIC)_/i.test(name)
      if (nearest.distance > SLIP_MAX && !isOurs) return []
      return [`${name} is set, but nothing reads it; did you mean ${nearest.variable}?`]
    })
}

/** So many letters more, fewer or different still look like a slip. */
const SLIP_MAX = 2

function nearestVariable(name: string): { readonly variable: string; readonly distance: number } {
  let nearest = { variable: '', distance: Number.POSITIVE_INFINITY }
  for (const variable of VARIABLES) {
    const distance = editDistance(name, variable)
    if (distance < nearest.distance) nearest = { variable, distance }
  }
  return nearest
}

/** Insertions, deletions and replacements between two words. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = above[column - 1]! + (to[column - 1] === letter ? 0 : 1)
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1))
    }
    above = current
  }
  return above[to.length]!
}
