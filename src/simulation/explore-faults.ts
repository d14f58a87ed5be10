/**
 * Fault plans to explore: every party and verdict that a plan knows and a simulation can carry out, by classes that are
 * switched off as a whole (swarm testing: Groce et al., 2012), so that one class is also seen without the others' noise.
 *
 * Two kinds of lies are left out, since nothing could survive them: a venue that did what it was asked and says for certain
 * that it refused, and one that did not and says that it did.
 */
import fc from 'fast-check'
import { filtersWithout } from '../faults/plan-table.ts'
import type { Fault, FaultOp, FaultVerdict } from '../faults/plan-types.ts'
import { LISTED, rule } from '../venue/outcome.ts'
import { rarely } from './explore-worlds.ts'

export const FAULT_CLASSES = [
  'lost',
  'late',
  'twice',
  'refused',
  'limited',
  'errors',
  'garbled',
  'altered',
  'rows',
  'quotes',
  'sockets',
  'reconnects',
  'heartbeats',
  'clock',
  'pauses',
  'banned',
] as const
export type FaultClass = (typeof FAULT_CLASSES)[number]

/** A fault without its name: the plan numbers them. */
type Nameless = Omit<Fault, 'name'>

const READS: readonly FaultOp[] = ['realtime', 'history', 'executions', 'positions', 'wallet', 'transactions']
const REST_OPS: readonly FaultOp[] = ['create', 'create', 'create', 'cancel', ...READS, 'any']
/**
 * Not a create: its second answer, the one that is heard then, may be a rate limit that the first one used up, which is a
 * certain refusal of what was done.
 */
const TOLD_TWICE: readonly FaultOp[] = ['cancel', ...READS]

const lateMs = fc.constantFrom(5, 30, 120, 400, 900, 1_300, 2_500)
const restOp = fc.constantFrom(...REST_OPS)
const request = { party: fc.constant('rest-request' as const) }
const reply = { party: fc.constant('rest-reply' as const) }
const onWire = { party: fc.constantFrom('rest-request' as const, 'rest-reply' as const) }
const bothStreams = fc.constantFrom('private-stream' as const, 'private-stream' as const, 'public-stream' as const)

function verdict<T extends FaultVerdict>(...of: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...of)
}

/**
 * Which occurrences: by leg, purpose, number, chance, and when. Mostly no such condition, or few faults would ever strike;
 * narrowed to what the plan's own table allows.
 */
const when = fc.record({
  leg: seldom(fc.constantFrom('long' as const, 'short' as const)),
  reduceOnly: seldom(fc.boolean()),
  skip: seldom(fc.integer({ min: 1, max: 3 })),
  times: fc.constantFrom(1, 1, 2, 3, 6, null),
  chance: seldom(fc.constantFrom(0.2, 0.5, 0.8)),
  afterCreates: fc.constantFrom(1, 1, 1, 2, 3, 5),
})

function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return rarely<T | undefined>(undefined, value)
}

function aimed<T extends Nameless>(what: fc.Arbitrary<T>): fc.Arbitrary<Nameless> {
  return fc.tuple(what, when).map(([fault, { leg, reduceOnly, afterCreates, skip, times, chance }]) => {
    const unmatched = filtersWithout(fault.party, fault.op)
    const aboutLegs = !unmatched.includes('leg')
    const isSocket = fault.op === 'socket'
    return {
      ...fault,
      ...(aboutLegs && leg !== undefined ? { leg } : {}),
      ...(aboutLegs && reduceOnly !== undefined ? { reduceOnly } : {}),
      ...(unmatched.includes('afterCreates') ? {} : { afterCreates }),
      ...(skip === undefined || isSocket ? {} : { skip }),
      times,
      ...(chance === undefined || isSocket ? {} : { chance }),
    }
  })
}

/** An unknown outcome may have two truths; a certain refusal is never of something that was done. */
const UNKNOWN_STATUSES = [429, 500, 502, 503, 504]
const CERTAIN_STATUSES = [400, 401, 404]
/** Bybit's "duplicate order link id". */
const EXISTS = 110072
const NEVER_SENT = new Set([0, 10006, 10018])
const CODES = LISTED.retCodes.filter((code) => !NEVER_SENT.has(code))
const UNKNOWN_CODES = CODES.filter((retCode) =>
  (['submit', 'cancel', 'read'] as const).every(
    (operation) => rule(operation, { kind: 'reply', httpStatus: 200, retCode }).kind === 'unknown',
  ),
)

const http = (statuses: readonly number[]): fc.Arbitrary<FaultVerdict> =>
  fc.constantFrom(...statuses).map((status) => ({ do: 'http', status, body: '<html>no reply of the venue</html>' }))
const retCode = (codes: readonly number[]): fc.Arbitrary<FaultVerdict> =>
  fc.constantFrom(...codes).map((code) => ({ do: 'retCode', code, message: `retCode ${code}` }))

const privateTopic = fc.constantFrom<FaultOp>('order', 'execution', 'order', 'execution', 'any-frame')
const publicTopic = fc.constantFrom<FaultOp>('orderbook', 'tickers', 'any-frame')
const frameVerdict = fc.oneof(
  verdict<FaultVerdict>({ do: 'drop' }, { do: 'duplicate' }, { do: 'reorder' }, { do: 'malformed' }),
  lateMs.map((ms): FaultVerdict => ({ do: 'delay', ms })),
  fc.constantFrom('{}', '{"topic":"order","data":null}').map((text): FaultVerdict => ({ do: 'replace', text })),
)

/** Something that happens to the process itself: at a moment, before it trades too, or as it sends an order. */
const moment = fc.oneof(
  fc
    .record({ from: fc.integer({ min: 0, max: 2_000 }), lastsMs: fc.constantFrom(100, 1_000) })
    .map(({ from, lastsMs }) => ({ windowMs: { from, to: from + lastsMs } })),
  fc.integer({ min: 1, max: 8 }).map((afterCreates) => ({ afterCreates })),
)

const BY_CLASS: Readonly<Record<FaultClass, fc.Arbitrary<Nameless>>> = {
  lost: aimed(fc.record({ ...onWire, op: restOp, verdict: verdict({ do: 'drop' }, { do: 'reset' }) })),
  late: aimed(
    fc.oneof(
      fc.record({ ...onWire, op: restOp, verdict: lateMs.map((ms) => ({ do: 'delay' as const, ms })) }),
      fc.record({ ...reply, op: restOp, verdict: lateMs.map((ms) => ({ do: 'slow-drip' as const, ms })) }),
    ),
  ),
  twice: aimed(
    fc.oneof(
      fc.record({ ...request, op: restOp, verdict: verdict({ do: 'duplicate' }) }),
      fc.record({ ...reply, op: fc.constantFrom(...TOLD_TWICE), verdict: verdict({ do: 'duplicate' }) }),
    ),
  ),
  refused: aimed(fc.record({ ...request, op: restOp, verdict: retCode(CODES) })),
  limited: aimed(
    fc.record({
      ...request,
      op: restOp,
      verdict: fc.constantFrom(50, 300, 1_000, 4_000).map((resetMs) => ({ do: 'rate-limit' as const, resetMs })),
    }),
  ),
  errors: aimed(
    fc.oneof(
      fc.record({ ...request, op: restOp, verdict: http([...UNKNOWN_STATUSES, ...CERTAIN_STATUSES]) }),
      fc.record({ ...reply, op: restOp, verdict: fc.oneof(http(UNKNOWN_STATUSES), retCode(UNKNOWN_CODES)) }),
    ),
  ),
  garbled: aimed(
    fc.record({
      ...onWire,
      op: restOp,
      verdict: verdict<FaultVerdict>({ do: 'malformed' }, { do: 'replace', text: '' }, { do: 'replace', text: '[]' }),
    }),
  ),
  altered: aimed(
    fc.record({
      ...request,
      op: fc.constant('create' as const),
      verdict: fc.oneof(
        fc.constantFrom(-50, -5, 5).map((bps): FaultVerdict => ({ do: 'reprice', bps })),
        fc.constantFrom(0.3, 0.7).map((fraction): FaultVerdict => ({ do: 'shrink', fraction })),
      ),
    }),
  ),
  rows: aimed(fc.record({ party: fc.constant('private-stream' as const), op: privateTopic, verdict: frameVerdict })),
  quotes: aimed(fc.record({ party: fc.constant('public-stream' as const), op: publicTopic, verdict: frameVerdict })),
  sockets: aimed(
    fc.record({
      party: bothStreams,
      op: fc.constant('socket' as const),
      verdict: verdict<FaultVerdict>({ do: 'close', code: 1001 }, { do: 'reset' }, { do: 'silence' }),
    }),
  ).chain((fault) => fc.integer({ min: 100, max: 2_000 }).map((socketAgeMs) => ({ ...fault, socketAgeMs }))),
  reconnects: aimed(
    fc.record({
      party: bothStreams,
      op: fc.constant('connect' as const),
      verdict: verdict<FaultVerdict>(
        { do: 'http', status: 503 },
        { do: 'reset' },
        { do: 'drop' },
        { do: 'delay', ms: 400 },
      ),
    }),
  ).map(({ skip: _, ...fault }) => (fault.party === 'public-stream' ? { ...fault, skip: 1 } : fault)),
  heartbeats: aimed(
    fc.record({
      party: bothStreams,
      op: fc.constantFrom('pong' as const, 'ack' as const),
      verdict: verdict<FaultVerdict>({ do: 'drop' }, { do: 'delay', ms: 600 }, { do: 'duplicate' }),
    }),
  ),
  clock: fc
    .record({ ms: fc.constantFrom(-2_000, -400, 300, 1_500, 5_000), moment })
    .map(({ ms, moment: at }) => ({ party: 'clock', op: 'clock', ...at, verdict: { do: 'skew', ms } })),
  pauses: fc
    .record({ ms: fc.constantFrom(40, 200, 700, 1_600, 4_000), moment, times: fc.constantFrom(1, 1, 2) })
    .map(({ ms, moment: at, times }) => ({
      party: 'process',
      op: 'process',
      ...at,
      times,
      verdict: { do: 'pause', ms },
    })),
  banned: aimed(fc.record({ ...request, op: restOp, verdict: http([403]) })).map((fault) => ({
    ...fault,
    times: 1,
  })),
}

/** A ban ends a run for ten minutes: were it as frequent as the others, little else would be seen. */
const isBanned = fc.integer({ min: 1, max: 30 }).map((draw) => draw === 1)

const switchedOn = fc
  .tuple(
    fc.subarray(
      FAULT_CLASSES.filter((one) => one !== 'banned'),
      { maxLength: 6 },
    ),
    isBanned,
  )
  .map(([classes, banned]): FaultClass[] => (banned ? [...classes, 'banned'] : classes))

/** A plan of at most six faults (a disturbed handshake and its cut are one), out of the classes this schedule has switched on. */
export const faultPlans: fc.Arbitrary<readonly Fault[]> = switchedOn
  .chain(
    (classes): fc.Arbitrary<{ one: FaultClass; fault: Nameless }[]> =>
      classes.length === 0 ? fc.constant([]) : fc.array(faultOf(classes), { minLength: 1, maxLength: 6 }),
  )
  .map((faults) =>
    unmistakable(faults).flatMap(({ one, fault }, at): Fault[] => {
      const named = { name: `${at + 1} ${one}`, ...fault }
      return one === 'reconnects' ? [cutBefore(named), named] : [named]
    }),
  )

/** Nothing connects anew unless it was cut: a handshake that is disturbed comes with the end of the socket before it. */
function cutBefore({ name, party }: Fault): Fault {
  const [number = '', one = ''] = name.split(' ')
  return {
    name: `${number}-cut ${one}`,
    party,
    op: 'socket',
    socketAgeMs: CUT_AFTER_MS,
    verdict: { do: 'reset' },
  }
}

/** Long enough for a first trade, ms. */
const CUT_AFTER_MS = 200

/** An order that is there already, and not as it was sent, is somebody else's: both together cannot be told apart. */
function unmistakable<T extends { readonly fault: Nameless }>(faults: readonly T[]): readonly T[] {
  const isShrunk = faults.some(({ fault }) => fault.verdict.do === 'shrink')
  const saysItExists = ({ verdict }: Nameless): boolean =>
    verdict.do === 'duplicate' || (verdict.do === 'retCode' && verdict.code === EXISTS)
  return isShrunk ? faults.filter(({ fault }) => !saysItExists(fault)) : faults
}

function faultOf(classes: readonly FaultClass[]): fc.Arbitrary<{ one: FaultClass; fault: Nameless }> {
  return fc.constantFrom(...classes).chain((one) => BY_CLASS[one].map((fault) => ({ one, fault })))
}

/** The class that a planned fault was drawn from. */
export function classOf(name: string): FaultClass | null {
  return FAULT_CLASSES.find((one) => name.endsWith(` ${one}`)) ?? null
}
