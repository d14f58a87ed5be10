/**
 * What becomes of one request and its reply, over REST or by socket: the request's verdict first, then, if the venue saw it,
 * the reply's.
 *
 *                       ┌ drop, reset, http, retCode, rate-limit, replace, malformed: the venue never sees it
 *   client ─► request ──┤ delay, duplicate, reprice, shrink ─► venue ─► reply ──┐
 *      ▲                └ nothing planned: on the client's own connection       │ the venue really did it, then
 *      └── delay, drop, reset, duplicate, http, retCode, replace, slow-drip ◄───┘
 *
 * A fate is a value; whoever owns the client's connection carries it out: `rest-mount.ts` on sockets, a simulation in
 * memory, the venue at its door for REST and for orders by socket.
 */
import type { Clock } from '../seams/clock.ts'
import { type DisturbedBatch, disturbBatch, rememberIds } from './batch.ts'
import type { FaultFacts, FaultGate, JudgedOp } from './gate.ts'
import type { FaultParty, FaultVerdict } from './plan-types.ts'
import { isRewriting, rewriteCreate } from './rewrite.ts'

/** A whole HTTP answer. Header names in lower case. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The text trickles in over so long, ms. */
  readonly dripMs?: number
}

/** `hang`: no answer, ever, until the client gives up. */
export type Fate =
  | { readonly do: 'pass' }
  | { readonly do: 'answer'; readonly answer: Answer }
  | { readonly do: 'reset' }
  | { readonly do: 'hang' }

/** What a kind of request is called in a plan, and how the venue words an answer without a result. */
export interface Protocol {
  readonly request: FaultParty
  readonly reply: FaultParty
  answer(told: Told, nowMs: number): Answer
}

export interface Told {
  readonly retCode: number
  readonly retMsg: string
  /** When the limit that was met is free again, venue time, ms. */
  readonly resetMs?: number
}

export interface Exchange {
  readonly op: JudgedOp
  readonly facts: FaultFacts
  readonly gate: FaultGate
  readonly clock: Clock
  /** The timestamp the client signed with, ms; null when there is none. */
  readonly signedMs: number | null
  /** What is sent; empty for a request without a body. */
  readonly bodyText: string
  /** Default: REST. */
  readonly speaks?: Protocol
  hasGivenUp(): boolean
  /** Sends the request to the venue, with another body if one is given, by a way of its own; null when no answer came back. */
  send(changedText: string | null): Promise<Answer | null>
}

/** Judges and carries out everything but the last step. Never rejects for what the network does wrong. */
export async function disturb(exchange: Exchange): Promise<Fate> {
  const { gate, op, facts, clock, speaks = REST } = exchange
  const judge = (way: 'request' | 'reply', judged: JudgedOp, about: FaultFacts): FaultVerdict | undefined =>
    gate.judge(speaks[way], judged, about, clock.nowUs())?.verdict
  const asked = judge('request', op, facts)
  const unseen = asked === undefined ? null : fateUnseenByVenue(asked, exchange)
  if (unseen !== null) return unseen

  const batch = disturbBatch(op, exchange.bodyText, judge)
  const told = judge('reply', op, facts)
  if (asked?.do === 'delay') await clock.sleep(asked.ms)
  const isOursToSend = told !== undefined || batch !== null || (asked !== undefined && asked.do !== 'delay')
  if (!isOursToSend) {
    // The client may have given up while its request was on the wire; the venue gets it all the same.
    if (exchange.hasGivenUp()) await exchange.send(null)
    return { do: 'pass' }
  }

  const change = asked !== undefined && isRewriting(asked) ? rewriteCreate(exchange.bodyText, asked) : null
  const send = async (): Promise<Answer | null> => {
    const answer = await (batch === null ? exchange.send(change) : sendBatch(exchange, batch))
    if (answer !== null) rememberIds(gate, op, exchange.bodyText, answer.text)
    return answer
  }
  const first = await send()
  const isTwice = asked?.do === 'duplicate' || told?.do === 'duplicate'
  const second = isTwice ? await send() : null
  const reply = told?.do === 'duplicate' ? second : first
  if (reply === null) return { do: 'reset' }
  return told === undefined ? { do: 'answer', answer: reply } : fateOfReply(told, reply, exchange)
}

/** What is left of a batch goes to the venue; what the plan takes out or tells otherwise is put back into its answer. */
async function sendBatch(exchange: Exchange, batch: DisturbedBatch): Promise<Answer | null> {
  const answer = batch.bodyText === null ? answerIn(exchange, OK) : await exchange.send(batch.bodyText)
  return answer === null ? null : { ...answer, text: batch.told(answer.text) }
}

/** Handshake verdicts: the upgrade is late, refused, reset or never answered. */
export async function disturbHandshake(verdict: FaultVerdict, clock: Clock): Promise<Fate> {
  if (verdict.do === 'delay') await clock.sleep(verdict.ms)
  if (verdict.do === 'http') return { do: 'answer', answer: answerOf(verdict.status, verdict.body ?? '') }
  if (verdict.do === 'reset') return { do: 'reset' }
  return { do: verdict.do === 'drop' ? 'hang' : 'pass' }
}

/** The fate of a request that never arrives; null when it does arrive. */
function fateUnseenByVenue(verdict: FaultVerdict, exchange: Exchange): Fate | null {
  if (verdict.do === 'drop') return { do: 'hang' }
  if (verdict.do === 'reset') return { do: 'reset' }
  if (verdict.do === 'malformed') {
    const whole = answerIn(exchange, OK)
    return { do: 'answer', answer: { ...whole, text: halfOf(whole.text) } }
  }
  const answer = writtenAnswer(verdict, exchange)
  return answer === null ? null : { do: 'answer', answer }
}

async function fateOfReply(verdict: FaultVerdict, reply: Answer, exchange: Exchange): Promise<Fate> {
  if (verdict.do === 'drop') return { do: 'hang' }
  if (verdict.do === 'reset') return { do: 'reset' }
  if (verdict.do === 'delay') await exchange.clock.sleep(verdict.ms)
  if (verdict.do === 'malformed') return { do: 'answer', answer: { ...reply, text: halfOf(reply.text) } }
  if (verdict.do === 'slow-drip') return { do: 'answer', answer: { ...reply, dripMs: verdict.ms } }
  return { do: 'answer', answer: writtenAnswer(verdict, exchange) ?? reply }
}

/** Answers that the plan itself words; null for verdicts that word none. */
function writtenAnswer(verdict: FaultVerdict, exchange: Exchange): Answer | null {
  if (verdict.do === 'http') return answerOf(verdict.status, verdict.body ?? '')
  if (verdict.do === 'replace') return answerOf(200, verdict.text)
  if (verdict.do === 'retCode') return answerIn(exchange, { retCode: verdict.code, retMsg: verdict.message })
  if (verdict.do !== 'rate-limit') return null
  const resetMs = venueNowMs(exchange) + verdict.resetMs
  return answerIn(exchange, { retCode: 10006, retMsg: 'Too many visits!', resetMs })
}

const OK: Told = { retCode: 0, retMsg: 'OK' }

function answerIn(exchange: Exchange, told: Told): Answer {
  const { speaks = REST } = exchange
  return speaks.answer(told, venueNowMs(exchange))
}

function answerOf(status: number, text: string): Answer {
  return { status, headers: { 'content-type': text.startsWith('<') ? 'text/html' : 'application/json' }, text }
}

/** Bybit v5's envelope, and its headers of a limit that was met. */
const REST: Protocol = {
  request: 'rest-request',
  reply: 'rest-reply',
  answer({ retCode, retMsg, resetMs }, nowMs) {
    const answer = answerOf(200, JSON.stringify({ retCode, retMsg, result: {}, retExtInfo: {}, time: nowMs }))
    if (resetMs === undefined) return answer
    const limit = { 'x-bapi-limit-status': '0', 'x-bapi-limit-reset-timestamp': String(resetMs) }
    return { ...answer, headers: { ...answer.headers, ...limit } }
  },
}

/** The venue's clock as the client knows it: the time it signed with, else this machine's. */
function venueNowMs({ signedMs, clock }: Exchange): number {
  return signedMs ?? clock.wallMs()
}

/** Pieces a trickling text arrives in. */
const PIECES = 10

/** A text in pieces, the first at once and the last after `dripMs`. */
export async function* dripped(text: string, dripMs: number, clock: Clock): AsyncGenerator<string> {
  const size = Math.max(1, Math.ceil(text.length / PIECES))
  const count = Math.ceil(text.length / size)
  for (let at = 0; at < count; at += 1) {
    if (at > 0) await clock.sleep(dripMs / Math.max(1, count - 1))
    yield text.slice(at * size, (at + 1) * size)
  }
}

function halfOf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2))
}
