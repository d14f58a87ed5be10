/**
 * The decision of the fault layer, without I/O: what happens to this request, reply, frame or socket?
 *
 *   (party, operation, facts, now) ─► gate ─► verdict of the first fault that matches and is due, or null
 *
 * One gate per thread. It counts occurrences and creates, and remembers which leg and side an order's ids belong to (the
 * client's as it is sent, the venue's as it is answered), so that cancels, queries and executions, which say less on the
 * wire, can be matched by them too.
 */
import type { LegName, Side } from '../domain/order.ts'
import { type Random, seededRandom } from '../seams/random.ts'
import { isInBatch } from './plan-table.ts'
import type { Fault, FaultOp, FaultParty, FaultPlan, FaultVerdict } from './plan-types.ts'

/** What the wire says about the thing being judged; null where it does not say. */
export interface FaultFacts {
  readonly symbol: string | null
  readonly leg: LegName | null
  readonly side: Side | null
  readonly reduceOnly: boolean | null
  readonly clientId: string | null
  /** The venue's own id of the order. */
  readonly venueOrderId: string | null
  /** Sockets only: which connection, so that one connection is one occurrence however often it is looked at. */
  readonly socketId?: number
  /** Sockets only: how long it has been open. */
  readonly socketAgeMs?: number
}

/** `other`: an operation or topic the plan has no name for; only `any` and `any-frame` match it. */
export type JudgedOp = FaultOp | 'other'

export interface Applied {
  readonly fault: Fault
  readonly verdict: FaultVerdict
  readonly party: FaultParty
  readonly op: JudgedOp
  /** Which of the fault's matching occurrences this was, from 1. */
  readonly occurrence: number
  readonly clientId: string | null
}

export interface GateOptions {
  /** The moment `windowMs` counts from, monotonic µs. */
  readonly mountedAtUs: number
  /** Told of every disturbance as it is decided. */
  readonly onApplied: (applied: Applied) => void
}

export interface FaultGate {
  /** Decides and counts; to be asked once for each thing that happens. */
  judge(party: FaultParty, op: JudgedOp, facts: FaultFacts, nowUs: number): Applied | null
  /** A create request is on its way, disturbed or not. */
  createSent(facts: FaultFacts): void
  /** The venue has taken a create in, and answered with an id of its own. */
  createTaken(facts: FaultFacts, venueOrderId: string): void
  /** Whether that is worth knowing: the plan tells orders apart by what a cancel, a query or a row may leave out. */
  readonly asksVenueIds: boolean
  /** Calls back after each create request has been counted. */
  onCreate(listener: () => void): void
  /**
   * Whether any fault of the plan could answer from a moment on (default: ever), monotonic µs: where none can, a mount
   * stays out of the way.
   */
  wants(party: FaultParty, ops: readonly JudgedOp[], fromUs?: number): boolean
  /** Whether a fault of this party tells orders apart, so that a frame with several rows must be judged row by row. */
  tellsRowsApart(party: FaultParty): boolean
  /** The moments at which a fault of this party comes due by itself (socket, process, clock), monotonic µs. */
  socketMomentsUs(party: FaultParty): readonly number[]
  /** The ages at which a `socket` fault of this party comes due, ms. */
  socketAgesMs(party: FaultParty): readonly number[]
}

/** Facts of something that concerns no order. */
export const NO_FACTS: FaultFacts = {
  symbol: null,
  leg: null,
  side: null,
  reduceOnly: null,
  clientId: null,
  venueOrderId: null,
}

/** What tells one order from another. */
export const ORDER_FILTERS = ['symbol', 'leg', 'side', 'reduceOnly'] as const

/** Orders remembered by each kind of id; the oldest are forgotten first. */
const ORDERS_REMEMBERED_MAX = 20_000

/** Operations that nothing on the wire brings about. */
const MOMENTARY: readonly FaultOp[] = ['socket', 'process', 'clock']

interface Counter {
  readonly fault: Fault
  seen: number
  applied: number
  readonly sockets: Set<number>
  /** One draw for each occurrence, due or not: what an earlier fault takes does not shift the rest. */
  readonly random: Random | null
}

export function createGate(plan: FaultPlan, options: GateOptions): FaultGate {
  const counters = plan.faults.map(counterOf)
  const orders = createOrders()
  const createListeners: (() => void)[] = []
  let creates = 0

  const isOccurrence = (fault: Fault, facts: FaultFacts, nowUs: number): boolean =>
    matchesOrder(fault, facts) &&
    creates >= (fault.afterCreates ?? 0) &&
    (facts.socketAgeMs ?? Number.POSITIVE_INFINITY) >= (fault.socketAgeMs ?? 0) &&
    isWithin(fault.windowMs, nowUs - options.mountedAtUs)

  return {
    judge(party, op, facts, nowUs) {
      const known = orders.completed(facts)
      let decided: Counter | null = null
      for (const counter of counters) {
        const { fault } = counter
        if (fault.party !== party || !matchesOp(fault.op, op)) continue
        if (!isOccurrence(fault, known, nowUs) || !isNewSocket(counter, facts.socketId)) continue
        counter.seen += 1
        const isDrawn = counter.random === null || counter.random.next() < (fault.chance ?? 1)
        if (decided === null && isDrawn && isDue(counter)) decided = counter
      }
      if (decided === null) return null
      decided.applied += 1
      const { fault, seen: occurrence } = decided
      const applied: Applied = { fault, verdict: fault.verdict, party, op, occurrence, clientId: known.clientId }
      options.onApplied(applied)
      return applied
    },

    createSent(facts) {
      creates += 1
      orders.sent(facts)
      for (const listener of createListeners) listener()
    },

    createTaken: orders.taken,
    asksVenueIds: plan.faults.some(tellsOrdersApart),

    onCreate: (listener) => {
      createListeners.push(listener)
    },

    wants: (party, ops, fromUs = options.mountedAtUs) =>
      counters.some((counter) => {
        const { fault } = counter
        if (fault.party !== party || isOver(counter, fromUs - options.mountedAtUs)) return false
        return ops.some((op) => matchesOp(fault.op, op))
      }),

    tellsRowsApart: (party) =>
      faultsOf(plan, party).some((fault) => ORDER_FILTERS.some((name) => fault[name] !== undefined)),

    socketMomentsUs: (party) =>
      faultsOf(plan, party)
        .filter(({ op, windowMs }) => MOMENTARY.includes(op) && windowMs !== undefined)
        .map((fault) => options.mountedAtUs + (fault.windowMs?.from ?? 0) * 1000),
    socketAgesMs: (party) => faultsOf(plan, party).flatMap(({ socketAgeMs }) => socketAgeMs ?? []),
  }
}

/** What orders were created as, by both their ids. */
function createOrders() {
  const byClientId = new Map<string, FaultFacts>()
  const byVenueId = new Map<string, FaultFacts>()
  const remember = (orders: Map<string, FaultFacts>, id: string, facts: FaultFacts): void => {
    orders.set(id, facts)
    const oldest = orders.keys().next().value
    if (orders.size > ORDERS_REMEMBERED_MAX && oldest !== undefined) orders.delete(oldest)
  }
  return {
    sent(facts: FaultFacts): void {
      if (facts.clientId !== null) remember(byClientId, facts.clientId, facts)
    },
    taken: (facts: FaultFacts, venueOrderId: string): void => remember(byVenueId, venueOrderId, facts),
    /** With what the wire does not say. */
    completed(facts: FaultFacts): FaultFacts {
      const { clientId, venueOrderId } = facts
      const known =
        (clientId === null ? undefined : byClientId.get(clientId)) ??
        (venueOrderId === null ? undefined : byVenueId.get(venueOrderId))
      if (known === undefined) return facts
      return {
        ...facts,
        symbol: facts.symbol ?? known.symbol,
        leg: facts.leg ?? known.leg,
        side: facts.side ?? known.side,
        reduceOnly: facts.reduceOnly ?? known.reduceOnly,
        clientId: clientId ?? known.clientId,
      }
    },
  }
}

/** By more than every operation about an order says of itself. A create says it all. */
function tellsOrdersApart({ party, op, leg, side, reduceOnly }: Fault): boolean {
  if (party === 'public-stream' || op === 'create' || op === 'create-in-batch') return false
  return leg !== undefined || side !== undefined || reduceOnly !== undefined
}

function faultsOf(plan: FaultPlan, party: FaultParty): readonly Fault[] {
  return plan.faults.filter((fault) => fault.party === party)
}

function counterOf(fault: Fault): Counter {
  const random = fault.chance === undefined ? null : seededRandom(fault.seed ?? fault.name)
  return { fault, seen: 0, applied: 0, sockets: new Set(), random }
}

function matchesOp(planned: FaultOp, op: JudgedOp): boolean {
  if (planned === op || (planned === 'any' && !isInBatch(op))) return true
  return planned === 'any-frame' && op !== 'connect' && op !== 'socket'
}

/** A filter the wire says nothing about does not match: better no disturbance than the wrong one. */
function matchesOrder(fault: Fault, facts: FaultFacts): boolean {
  return (
    (fault.symbol === undefined || fault.symbol === facts.symbol) &&
    (fault.leg === undefined || fault.leg === facts.leg) &&
    (fault.side === undefined || fault.side === facts.side) &&
    (fault.reduceOnly === undefined || fault.reduceOnly === facts.reduceOnly)
  )
}

function isWithin(windowMs: Fault['windowMs'], elapsedUs: number): boolean {
  return windowMs === undefined || (elapsedUs >= windowMs.from * 1000 && elapsedUs < windowMs.to * 1000)
}

function isNewSocket(counter: Counter, socketId: number | undefined): boolean {
  if (socketId === undefined) return true
  if (counter.sockets.has(socketId)) return false
  counter.sockets.add(socketId)
  return true
}

/** It has struck as often as it may, or its time is up. */
function isOver({ fault: { times = 1, windowMs }, applied }: Counter, elapsedUs: number): boolean {
  return (times !== null && applied >= times) || (windowMs !== undefined && elapsedUs >= windowMs.to * 1000)
}

function isDue(counter: Counter): boolean {
  const { skip = 0, times = 1 } = counter.fault
  return counter.seen > skip && (times === null || counter.applied < times)
}
