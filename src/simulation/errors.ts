/**
 * Every error Bybit documents, on every operation of a trade: generated from the table of `venue/outcome.ts`.
 *
 *   error (retCode or HTTP status) × operation × was it done nevertheless? ─► a schedule ─► class heard, end
 *
 * A refusal is certain, so the venue never sees the request. An unknown outcome has two truths, and both are played:
 * the request never got there, or it was done and only its answer says otherwise.
 */
import type { Config } from '../config.ts'
import type { World } from '../exchange/world.ts'
import type { Fault, FaultOp, FaultVerdict } from '../faults/plan-types.ts'
import type { Finding, PromiseId } from '../journal/finding.ts'
import { linesOf, type RunOrder } from '../journal/run.ts'
import { LISTED, type Operation, type Ruling, rule } from '../venue/outcome.ts'
import { endOf, type TradeEnd } from './end.ts'
import type { Simulated } from './simulate.ts'
import type { Schedule } from './stage.ts'

export interface VenueError {
  /** E.g. "retCode 110007" or "HTTP 503". */
  readonly name: string
  readonly httpStatus: number
  /** Null when the body is no reply. */
  readonly retCode: number | null
}

/** "5xx" in the facts' table, and what a proxy in front of a venue says. */
const SERVER_ERRORS = [500, 502, 503, 504]
/** Named in facts §8.2 as ambiguous or not at all: what the table does not list must come out as unknown. */
const UNLISTED = [20006, 500000, 987654]

/** Every error of facts §8: all retCodes but 0, all HTTP statuses. */
export function allErrors(): VenueError[] {
  const codes = [...LISTED.retCodes.filter((code) => code !== 0), ...UNLISTED]
  return [
    ...codes.map((retCode) => ({ name: `retCode ${retCode}`, httpStatus: 200, retCode })),
    ...[...LISTED.httpStatuses, ...SERVER_ERRORS].map((httpStatus) => ({
      name: `HTTP ${httpStatus}`,
      httpStatus,
      retCode: null,
    })),
  ]
}

/** What is met by the error. `unwind` and `exit`: the reduce-only order of the long leg. */
export const STEPS = ['place long', 'place short', 'place both', 'cancel', 'query', 'unwind', 'exit'] as const
export type Step = (typeof STEPS)[number]

export interface ErrorCase {
  readonly error: VenueError
  readonly step: Step
  /** The venue did what was asked, and answers with the error all the same. */
  readonly done: boolean
}

/** What the documents say it means. */
export function rulingOf({ error, step }: Pick<ErrorCase, 'error' | 'step'>): Ruling {
  const operation: Operation = step === 'query' ? 'read' : step === 'cancel' ? 'cancel' : 'submit'
  const { httpStatus, retCode } = error
  return rule(operation, retCode === null ? { kind: 'garbled', httpStatus } : { kind: 'reply', httpStatus, retCode })
}

/** Every error on every step; what may have been done once as undone and once as done. A question does nothing. */
export function allErrorCases(): ErrorCase[] {
  return allErrors().flatMap((error) =>
    STEPS.flatMap((step) => {
      const truths = rulingOf({ error, step }).kind === 'unknown' && step !== 'query' ? [false, true] : [false]
      return truths.map((done) => ({ error, step, done }))
    }),
  )
}

// ── A case as a schedule ────────────────────────────────────────────────────────────────────────────────────────────

/** Longer than a leg may rest. */
const RESTS_MS = 2_000

/** One trade in which the step is met by the error, once. */
export function errorSchedule(one: ErrorCase, base: { readonly world: World; readonly config: Config }): Schedule {
  const symbol = base.config.symbols[0]!
  const changes = [{ atMs: 0, change: { do: 'matchDelay', symbol, side: 'buy', delayMs: RESTS_MS } as const }]
  return {
    seed: errorCaseName(one),
    // The other symbols only cost time.
    world: { ...base.world, instruments: base.world.instruments.filter((each) => each.symbol === symbol) },
    config: { ...base.config, maxTrades: 1 },
    faults: { faults: faultsOf(one) },
    latency: { fromMs: 0.3, toMs: 1.5 },
    tradeMs: 15_000,
    changes: one.step === 'cancel' ? changes : [],
    // Nothing of it is later than a leg that rests.
    quietMs: RESTS_MS,
  }
}

export function errorCaseName({ error, step, done }: ErrorCase): string {
  return `${error.name} on ${step}${done ? ', done all the same' : ''}`
}

function faultsOf(one: ErrorCase): Fault[] {
  const { step } = one
  if (step === 'query') return [LOST_REPLY, SILENT_STREAM, ...questions(one)]
  const met = metBy(one)
  return step === 'unwind' ? [REFUSED_SHORT, met] : [met]
}

function metBy(one: ErrorCase): Fault {
  const { step, error } = one
  const opening = step.startsWith('place')
  return {
    name: `${error.name} on ${step}`,
    party: one.done ? 'rest-reply' : 'rest-request',
    op: step === 'cancel' ? 'cancel' : 'create',
    ...(step === 'cancel' ? {} : { reduceOnly: !opening }),
    ...(step === 'place both' ? { times: 2 } : { leg: step === 'place short' ? 'short' : 'long' }),
    verdict: verdictOf(error),
  }
}

const QUERIES: readonly FaultOp[] = ['realtime', 'history', 'executions']
/** How often a read is tried that is answered with nothing certain, or with our timestamp. */
const READ_TRIES = 3

function questions(one: ErrorCase): Fault[] {
  const { kind, mark } = rulingOf(one)
  const times = kind === 'unknown' || mark === 'resync-clock' ? READ_TRIES : 1
  return QUERIES.map((op) => ({
    name: `${one.error.name} on ${op}`,
    party: 'rest-request',
    op,
    leg: 'long',
    afterCreates: 1,
    times,
    verdict: verdictOf(one.error),
  }))
}

function verdictOf({ name, httpStatus, retCode }: VenueError): FaultVerdict {
  if (retCode !== null) return { do: 'retCode', code: retCode, message: name }
  return { do: 'http', status: httpStatus, body: '<html><body>no reply of the venue</body></html>' }
}

const LOST_REPLY: Fault = {
  name: 'the reply to the long leg is lost',
  party: 'rest-reply',
  op: 'create',
  leg: 'long',
  reduceOnly: false,
  verdict: { do: 'drop' },
}

const SILENT_STREAM: Fault = {
  name: 'the private stream falls silent',
  party: 'private-stream',
  op: 'socket',
  afterCreates: 1,
  verdict: { do: 'silence' },
}

const REFUSED_SHORT: Fault = {
  name: 'the short leg is refused',
  party: 'rest-request',
  op: 'create',
  leg: 'short',
  reduceOnly: false,
  verdict: { do: 'retCode', code: 110007, message: 'ab not enough for new order' },
}

// ── What must come of it: by class, never by code ───────────────────────────────────────────────────────────────────

export interface Expected {
  readonly end: TradeEnd
  readonly exitCode: number
  /** The run says that it left something open, and how much. */
  readonly leavesOpen: boolean
  /** Promises that cannot hold, and are said not to. */
  readonly breaks: readonly PromiseId[]
}

/**
 * An address ban ends everything for ten minutes: what is naked stays so, is named, and the run fails. Everything else ends
 * even, with every promise kept. A key or an account that is refused ends the run with exit code 1 besides, and a trade that
 * was being asked after with it, before it could become a hedged pair.
 */
export function expectedOf(one: ErrorCase): Expected {
  const { mark } = rulingOf(one)
  if (mark === 'banned') return BANNED[one.step]
  const asked = one.step === 'query' && mark !== 'halt'
  const opened = asked || one.step === 'exit' || (one.step.startsWith('place') && one.done)
  return { end: opened ? 'hedged' : 'flat', exitCode: mark === 'halt' ? 1 : 0, leavesOpen: false, breaks: [] }
}

const NAKED: Expected = { end: 'halted', exitCode: 1, leavesOpen: true, breaks: ['P1', 'P6'] }

const BANNED: Readonly<Record<Step, Expected>> = {
  'place long': NAKED,
  'place short': NAKED,
  // Nothing was opened; but nobody can be asked whether that is so.
  'place both': { end: 'flat', exitCode: 1, leavesOpen: false, breaks: [] },
  // The late leg fills after all: a hedged pair that cannot be left.
  cancel: { end: 'open', exitCode: 1, leavesOpen: true, breaks: [] },
  // The order whose reply was lost did fill, and neither the stream nor the books can tell: our books stay apart.
  query: { end: 'halted', exitCode: 1, leavesOpen: true, breaks: ['P1', 'P4', 'P5', 'P9'] },
  unwind: NAKED,
  // The other leg is out: naked, though no emergency close was due.
  exit: { ...NAKED, breaks: ['P1'] },
}

// ── What came of it ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Plain JSON, for the report. */
export interface ErrorResult {
  readonly error: string
  readonly step: Step
  readonly done: boolean
  /** What the executor took it for, by its journal. */
  readonly heard: Ruling['kind']
  readonly mark: NonNullable<Ruling['mark']> | null
  readonly end: TradeEnd
  readonly exitCode: number
  /** What the run says it left open, long and short lots together. */
  readonly leftLots: number
  /** The longest stretch with one leg larger than the other, by the venue's clock, ms (P1). */
  readonly nakedMs: number
  /** The slowest emergency close, ms (P6). */
  readonly closeMs: number
  /** Promises that did not hold, by their ids. */
  readonly broken: readonly PromiseId[]
}

/** Reads off a played case how it was heard and how it ended. */
export function judgeError(one: ErrorCase, played: Simulated): ErrorResult {
  const { findings, result, run } = played
  return {
    error: one.error.name,
    step: one.step,
    done: one.done,
    heard: heardOf(one.step, run),
    mark: rulingOf(one).mark ?? null,
    end: endOf(run),
    exitCode: result.exitCode,
    leftLots: result.left.reduce((sum, left) => sum + (left.longLots + left.shortLots), 0),
    nakedMs: worstOf(findings, 'P1'),
    closeMs: worstOf(findings, 'P6'),
    broken: findings.filter(({ verdict }) => verdict !== 'pass').map(({ promise }) => promise),
  }
}

function worstOf(findings: readonly Finding[], id: PromiseId): number {
  return findings.find(({ promise }) => promise === id)?.worst ?? 0
}

function heardOf(step: Step, run: Simulated['run']): Ruling['kind'] {
  if (step === 'cancel') return heardOfCancel(run)
  const leg = step === 'place short' ? 'short' : 'long'
  const purpose = step === 'unwind' || step === 'exit' ? step : 'entry'
  const order = [...run.trades.values()]
    .flatMap((trade) => trade.orders)
    .find(({ submitted }) => submitted?.data.leg === leg && submitted.data.purpose === purpose)
  return step === 'query' ? heardOfQuery(run, order?.clientId) : heardOfOrder(order)
}

function heardOfQuery(run: Simulated['run'], clientId: string | undefined): Ruling['kind'] {
  const found = linesOf(run, 'order.queried').find(({ data }) => data.clientId === clientId)?.data.found
  return found === 'refused' || found === 'unknown' ? found : 'done'
}

function heardOfOrder(order: RunOrder | undefined): Ruling['kind'] {
  if (order === undefined) throw new Error('the order that the error was meant for was never sent')
  return order.refused !== null ? 'refused' : order.unknown !== null ? 'unknown' : 'done'
}

/** An answer that leaves a cancel open is not written down: neither line is there when the order is asked after. */
function heardOfCancel(run: Simulated['run']): Ruling['kind'] {
  const lines = run.events.filter(({ type }) => type.startsWith('order.cancel') || type === 'order.queried')
  const [first] = lines
  return first?.type === 'order.cancelRefused' ? 'refused' : first?.type === 'order.cancelled' ? 'done' : 'unknown'
}
