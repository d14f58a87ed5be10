/**
 * A schedule as a file: everything that decides how a run goes, as plain JSON, whoever thought of it.
 *
 *   fixtures/schedules/x.json ─► parseScheduleFile ─► ScheduleFile ─► scheduleOf ─► Schedule ─► simulate
 *                                   every problem at once
 *
 * The settings are environment variables, the world is a world file's content, the faults are a fault plan's: each is read
 * by its own reader, so a schedule can ask for nothing that a run could not be given.
 *
 * `healsAtMs`: from then on nothing is disturbed any more. Faults end, the market is whole, matching is prompt; what has
 * been broken (a silent socket, a position) stays broken until somebody mends it. Null: it never heals. A run whose number
 * of trades is not limited then goes on until it has traded again, for `tradeMs` at most.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError, parseConfig } from '../config-parse.ts'
import { worldChange } from '../exchange/admin.ts'
import type { WorldChange } from '../exchange/core/types.ts'
import { parseWorld, type World, WorldError } from '../exchange/world.ts'
import { FaultPlanError, parsePlan } from '../faults/plan.ts'
import type { Fault } from '../faults/plan-types.ts'
import { lastTradeOf } from './explore-last-trade.ts'
import type { Kill, Schedule } from './stage.ts'

export interface TimedChange {
  /** After the start, ms. */
  readonly atMs: number
  readonly change: WorldChange
}

export interface ScheduleFile {
  /** One sentence: what is shown, or was found, by it. */
  readonly about?: string
  readonly seed: string
  /** Environment variables. */
  readonly settings: Readonly<Record<string, string>>
  /** A world file's content. */
  readonly world: Readonly<Record<string, unknown>>
  readonly faults: readonly Fault[]
  readonly changes: readonly TimedChange[]
  /** Where the process is killed, one kill after another. Default: nowhere. */
  readonly kills?: readonly Kill[]
  readonly latency: Schedule['latency']
  /** How far the run's wall clock is ahead of the venue's, ms. */
  readonly clockAheadMs: number
  readonly tradeMs: number
  readonly healsAtMs: number | null
}

/** The file is wrong; `problems` lists everything that is. */
export class ScheduleError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['schedule refused:', ...problems.map((problem) => `  ${problem}`)].join('\n'))
    this.name = 'ScheduleError'
    this.problems = problems
  }
}

const ms = z.number().min(0).max(3_600_000)

const kill = z.strictObject({
  fromMs: ms.exactOptional(),
  call: z.int().min(1).max(1_000_000),
  moment: z.enum(['before', 'within', 'after']),
  restartMs: ms,
})

const SHAPE = z.strictObject({
  about: z.string().exactOptional(),
  seed: z.string().min(1),
  settings: z.record(z.string(), z.string()),
  world: z.record(z.string(), z.unknown()),
  faults: z.array(z.unknown()),
  changes: z.array(z.strictObject({ atMs: ms, change: worldChange })),
  kills: z.array(kill).exactOptional(),
  latency: z
    .strictObject({ fromMs: ms, toMs: ms })
    .refine(({ fromMs, toMs }) => fromMs <= toMs, 'a "fromMs" that is no more than "toMs"'),
  clockAheadMs: z.number().min(-600_000).max(600_000),
  tradeMs: ms.min(1),
  healsAtMs: ms.nullable(),
})

/** Reads a schedule file. Throws a ScheduleError that names every problem, and the system's own when there is no file. */
export function readScheduleFile(path: string): ScheduleFile {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new ScheduleError([`is no JSON: ${error.message}`])
    throw error
  }
  return parseScheduleFile(json)
}

/** Reads a schedule from parsed JSON. Throws a ScheduleError that names every problem. */
export function parseScheduleFile(json: unknown): ScheduleFile {
  const problems: string[] = []
  const parsed = SHAPE.safeParse(json)
  for (const { path, message } of parsed.error?.issues ?? []) {
    problems.push(`${path.length === 0 ? 'schedule' : path.map(String).join('.')}: ${message}`)
  }
  const { settings, world, faults } = (typeof json === 'object' && json !== null ? json : {}) as Partial<ScheduleFile>
  const read = partsOf({ settings, world, faults }, problems)
  const known = new Set(read.world?.instruments.map(({ symbol }) => symbol) ?? [])
  for (const symbol of read.config?.symbols ?? []) {
    if (read.world !== null && !known.has(symbol)) problems.push(`settings.SYMBOLS_TO_TRADE: no ${symbol} in the world`)
  }
  if (!parsed.success || problems.length > 0) throw new ScheduleError(problems)
  return parsed.data as ScheduleFile
}

interface Parts {
  readonly settings: unknown
  readonly world: unknown
  readonly faults: unknown
}

/** Each part by its own reader; null where it has problems. */
function partsOf(
  { settings, world, faults }: Parts,
  problems: string[],
): { config: Schedule['config'] | null; world: World | null } {
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read()
    } catch (error) {
      if (error instanceof ConfigError) {
        problems.push(
          ...error.problems.map((one) => `settings.${one.variable} is ${one.value}; allowed: ${one.allowed}`),
        )
      } else if (error instanceof WorldError) problems.push(...error.problems.map((one) => `world: ${one}`))
      else if (error instanceof FaultPlanError) {
        problems.push(
          ...error.problems.map((one) => `${one.path} = ${JSON.stringify(one.value)}; allowed: ${one.allowed}`),
        )
      } else throw error
      return null
    }
  }
  const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null
  if (Array.isArray(faults)) attempt(() => parsePlan({ faults }))
  return {
    config: isRecord(settings) ? attempt(() => parseConfig(settings as Record<string, string>)) : null,
    world: isRecord(world) ? attempt(() => parseWorld(world)) : null,
  }
}

/** A schedule that knows when its world heals. */
export interface Explored extends Schedule {
  readonly healsAtMs: number | null
}

/** What is to be played. The file has been read by `parseScheduleFile`, or was made by the explorer. */
export function scheduleOf(file: ScheduleFile): Explored {
  const world = parseWorld(file.world)
  const config = parseConfig(file.settings)
  const { seed, latency, clockAheadMs, tradeMs, healsAtMs } = file
  const changes = file.changes.filter(({ atMs }) => healsAtMs === null || atMs < healsAtMs)
  const healing = healsAtMs === null ? [] : world.instruments.flatMap(({ symbol }) => healed(symbol, healsAtMs))
  const faults = healsAtMs === null ? file.faults : untilHealed(file.faults, healsAtMs)
  const kills = (file.kills ?? []).filter(({ fromMs = 0 }) => healsAtMs === null || fromMs < healsAtMs)
  const schedule = {
    seed,
    world,
    config,
    faults: { faults },
    kills,
    latency,
    tradeMs,
    clockAheadMs,
    healsAtMs,
    quietMs: QUIET_MS,
    changes: [...changes, ...healing],
  }
  if (healsAtMs === null || config.maxTrades !== null) return schedule
  return { ...schedule, lastTrade: lastTradeOf(schedule, healsAtMs) }
}

function untilHealed(faults: readonly Fault[], healsAtMs: number): Fault[] {
  return faults.flatMap((fault) => {
    const { from = 0, to = Number.POSITIVE_INFINITY } = fault.windowMs ?? {}
    return from >= healsAtMs ? [] : [{ ...fault, windowMs: { from, to: Math.min(to, healsAtMs) } }]
  })
}

function healed(symbol: string, atMs: number): TimedChange[] {
  const prompt = (side: 'buy' | 'sell'): TimedChange => ({
    atMs,
    change: { do: 'matchDelay', symbol, side, delayMs: 0 },
  })
  return [
    { atMs, change: { do: 'status', symbol, status: 'Trading' } },
    { atMs, change: { do: 'hold', symbol, on: false } },
    { atMs, change: { do: 'depth', symbol, levelLots: HEALED_LOTS } },
    prompt('buy'),
    prompt('sell'),
  ]
}

/** What a run left open is watched for so long, ms. */
const QUIET_MS = 3_000
/** More than any explored trade holds. */
const HEALED_LOTS = 100_000
