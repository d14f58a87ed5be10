/**
 * The unknown-outcome matrix: everything that can be unknown about a request, in every circumstance.
 *
 *   operation × what really became of it × which leg × the private stream × the policy for a late leg
 *
 * Each cell is a schedule of its own, played in virtual time. The cells that cannot happen say why.
 */
import type { Config } from '../config.ts'
import type { WorldChange } from '../exchange/core/types.ts'
import type { World } from '../exchange/world.ts'
import type { Fault, FaultOp } from '../faults/plan-types.ts'
import { linesOf } from '../journal/run.ts'
import { endOf, type TradeEnd } from './end.ts'
import type { Simulated } from './simulate.ts'
import type { Schedule } from './stage.ts'

export const OPERATIONS = ['place', 'cancel', 'amend', 'query'] as const
export const OUTCOMES = [
  'never arrived',
  'arrived, refused',
  'committed, reply lost',
  'committed, reply late',
  'filled before the reply',
] as const
export const LEGS = ['long', 'short', 'both'] as const
export const STREAMS = ['up', 'silent', 'down'] as const
export const POLICIES = ['unwind', 'hedge'] as const

export interface Cell {
  readonly operation: (typeof OPERATIONS)[number]
  readonly outcome: (typeof OUTCOMES)[number]
  readonly leg: (typeof LEGS)[number]
  readonly stream: (typeof STREAMS)[number]
  readonly policy: (typeof POLICIES)[number]
}

/** Every cell, in the order of the picture's rows. */
export function allCells(): Cell[] {
  return OPERATIONS.flatMap((operation) =>
    OUTCOMES.flatMap((outcome) =>
      LEGS.flatMap((leg) =>
        STREAMS.flatMap((stream) => POLICIES.map((policy) => ({ operation, outcome, leg, stream, policy }))),
      ),
    ),
  )
}

export function nameOf({ operation, outcome, leg, stream, policy }: Cell): string {
  return `${operation}: ${outcome}, ${leg}, stream ${stream}, ${policy}`
}

/** Why a cell cannot happen, or null. */
export function impossible({ operation, stream }: Cell): string | null {
  if (operation === 'amend') return 'the executor never amends an order: it cancels and sends a new one'
  return operation === 'query' && stream === 'up' ? 'the stream tells before anybody has to ask' : null
}

/** What became of a cell. Plain JSON, for the report. */
export type CellResult =
  | (Cell & { readonly end: 'impossible'; readonly why: string })
  | (Cell & {
      readonly end: TradeEnd
      /** What told how the disturbed orders ended. */
      readonly resolvedBy: readonly Resolution[]
      /** The longest stretch with one leg larger than the other, by the venue's clock, ms (P1). */
      readonly nakedMs: number
      /** Promises that did not hold, a sentence each. */
      readonly broken: readonly string[]
    })

export type Resolution = 'stream' | 'query' | 'reconcile' | 'absence proved' | 'reply'

/** Reads off a played cell how it ended. */
export function judgeCell(cell: Cell, { run, findings }: Pick<Simulated, 'run' | 'findings'>): CellResult {
  const broken = findings
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ promise, verdict, summary }) => `${promise} ${verdict}: ${summary}`)
  const nakedMs = findings.find(({ promise }) => promise === 'P1')?.worst ?? 0
  return { ...cell, end: endOf(run), resolvedBy: resolutionsOf(cell, run), nakedMs, broken }
}

function resolutionsOf({ leg }: Cell, run: Simulated['run']): Resolution[] {
  const orders = [...run.trades.values()]
    .flatMap((trade) => trade.orders)
    .filter(({ submitted }) => submitted?.data.purpose === 'entry' && (leg === 'both' || submitted.data.leg === leg))
  const ids = new Set(orders.map((order) => order.clientId))
  const ways = orders.flatMap((order): Resolution[] => {
    if (order.absent !== null) return ['absence proved']
    const [first] = order.fills
    if (first !== undefined) return [first.data.from]
    if (order.refused !== null) return ['reply']
    return linesOf(run, 'order.queried').some(({ data }) => ids.has(data.clientId)) ? ['query'] : ['stream']
  })
  return [...new Set(ways)].toSorted()
}

/** Longer than any reply is awaited. */
const LATE_MS = 1_200
/** Longer than a leg may rest. */
const RESTS_MS = 2_000

/** The cell's own circumstances and disturbances. */
interface Setting {
  /** Between acknowledgement and matching of the disturbed legs' opening orders, ms. */
  readonly matchDelayMs: number
  readonly faults: readonly Fault[]
}

/** One trade with the cell's trouble in it. `world` and `config` are what is disturbed; the cell's policy goes on top. */
export function scheduleOf(cell: Cell, base: { readonly world: World; readonly config: Config }): Schedule {
  const { matchDelayMs, faults } = settingOf(cell)
  const symbol = base.config.symbols[0]!
  const sides = { long: ['buy'], short: ['sell'], both: ['buy', 'sell'] } as const
  const changes = sides[cell.leg].map((side) => {
    const change: WorldChange = { do: 'matchDelay', symbol, side, delayMs: matchDelayMs }
    return { atMs: 0, change }
  })
  return {
    seed: nameOf(cell),
    world: base.world,
    config: { ...base.config, legTimeoutPolicy: cell.policy, maxTrades: 1 },
    faults: { faults: [...faults, ...streamFaults(cell)] },
    latency: { fromMs: 0.3, toMs: 1.5 },
    tradeMs: 15_000,
    changes,
  }
}

function settingOf(cell: Cell): Setting {
  if (cell.operation === 'place') return placing(cell)
  return cell.operation === 'cancel' ? cancelling(cell) : asking(cell)
}

function placing(cell: Cell): Setting {
  const create = on(cell, 'create', { reduceOnly: false })
  switch (cell.outcome) {
    case 'never arrived':
      return { matchDelayMs: 0, faults: [create('rest-request', { do: 'drop' })] }
    case 'arrived, refused':
      // Outside its receive window on arrival; the refusal itself is lost.
      return {
        matchDelayMs: 0,
        faults: [create('rest-request', { do: 'delay', ms: 1_300 }), create('rest-reply', { do: 'drop' })],
      }
    case 'committed, reply lost':
      return { matchDelayMs: RESTS_MS, faults: [create('rest-reply', { do: 'drop' })] }
    case 'committed, reply late':
      return { matchDelayMs: RESTS_MS, faults: [create('rest-reply', { do: 'delay', ms: LATE_MS })] }
    case 'filled before the reply':
      return { matchDelayMs: 0, faults: [create('rest-reply', { do: 'delay', ms: LATE_MS })] }
  }
}

function cancelling(cell: Cell): Setting {
  const cancel = on(cell, 'cancel', {})
  switch (cell.outcome) {
    case 'never arrived':
      return { matchDelayMs: RESTS_MS, faults: [cancel('rest-request', { do: 'drop' })] }
    case 'arrived, refused':
      // It arrives after the fill, and the refusal is lost.
      return {
        matchDelayMs: 700,
        faults: [cancel('rest-request', { do: 'delay', ms: 400 }), cancel('rest-reply', { do: 'drop' })],
      }
    case 'committed, reply lost':
      return { matchDelayMs: RESTS_MS, faults: [cancel('rest-reply', { do: 'drop' })] }
    case 'committed, reply late':
      return { matchDelayMs: RESTS_MS, faults: [cancel('rest-reply', { do: 'delay', ms: LATE_MS })] }
    case 'filled before the reply':
      return { matchDelayMs: 700, faults: [cancel('rest-request', { do: 'delay', ms: 400 })] }
  }
}

/** The placement's reply is lost first: without that nobody would ask. */
function asking(cell: Cell): Setting {
  const lost = on(cell, 'create', { reduceOnly: false })('rest-reply', { do: 'drop' })
  const each = (party: Fault['party'], verdict: Fault['verdict']): Fault[] =>
    QUERIES.map((op) => on(cell, op, { times: cell.leg === 'both' ? 2 : 1, afterCreates: 1 })(party, verdict))
  switch (cell.outcome) {
    case 'never arrived':
      return { matchDelayMs: 0, faults: [lost, ...each('rest-request', { do: 'drop' })] }
    case 'arrived, refused':
      return {
        matchDelayMs: 0,
        faults: [lost, ...each('rest-request', { do: 'retCode', code: 10016, message: 'Internal server error' })],
      }
    case 'committed, reply lost':
      return { matchDelayMs: 0, faults: [lost, ...each('rest-reply', { do: 'drop' })] }
    case 'committed, reply late':
      return { matchDelayMs: 0, faults: [lost, ...each('rest-reply', { do: 'delay', ms: LATE_MS })] }
    case 'filled before the reply':
      return { matchDelayMs: 300, faults: [lost, ...each('rest-reply', { do: 'delay', ms: 400 })] }
  }
}

const QUERIES: readonly FaultOp[] = ['realtime', 'history', 'executions']

function on(cell: Cell, op: FaultOp, more: Partial<Fault>) {
  return (party: Fault['party'], verdict: Fault['verdict']): Fault => ({
    name: `${op}, ${party}: ${verdict.do}`,
    party,
    op,
    ...(cell.leg === 'both' ? { times: 2 } : { leg: cell.leg }),
    ...more,
    verdict,
  })
}

function streamFaults({ stream }: Cell): Fault[] {
  const socket = { party: 'private-stream', op: 'socket', afterCreates: 1 } as const
  if (stream === 'silent') return [{ ...socket, name: 'the private stream falls silent', verdict: { do: 'silence' } }]
  if (stream === 'up') return []
  return [
    { ...socket, name: 'the private stream is reset', verdict: { do: 'reset' } },
    {
      name: 'the private stream stays down',
      party: 'private-stream',
      op: 'connect',
      afterCreates: 1,
      times: 2,
      verdict: { do: 'http', status: 503 },
    },
  ]
}
