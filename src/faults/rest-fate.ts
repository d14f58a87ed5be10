/**
 * What becomes of one REST exchange: the request's verdict first, then, if the venue saw it, the reply's.
 *
 *                       ┌ drop, reset, http, retCode, rate-limit, replace, malformed: the venue never sees it
 *   client ─► request ──┤ delay, duplicate, reprice, shrink ─► venue ─► reply ──┐
 *      ▲                └ nothing planned: on the client's own connection       │ the venue really did it, then
 *      └── delay, drop, reset, duplicate, http, retCode, replace, slow-drip ◄───┘
 *
 * A fate is a value; whoever owns the client's connection carries it out: `rest-mount.ts` on sockets, a simulation in
 * memory.
 */
import type { Clock } from '../seams/clock.ts'
import type { FaultFacts, FaultGate, JudgedOp } from './gate.ts'
import type { FaultVerdict } from './plan-types.ts'
import { isRewriting, type Rewriting } from './rewrite.ts'

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

export interface Exchange {
  readonly op: JudgedOp
  readonly facts: FaultFacts
  readonly gate: FaultGate
  readonly clock: Clock
  /** The timestamp the client signed with, ms; null when there is none. */
  readonly signedMs: number | null
  hasGivenUp(): boolean
  /** Sends the request to the venue, changed if so said, on a connection of its own; null when no answer came back. */
  send(change: Rewriting | null): Promise<Answer | null>
}

/** Judges and carries out everything but the last step. Never rejects for what the network does wrong. */
export async function disturb(exchange: Exchange): Promise<Fate> {
  const { gate, op, facts, clock } = exchange
  const asked = gate.judge('rest-request', op, facts, clock.nowUs())?.verdict
  const unseen = asked === undefined ? null : fateUnseenByVenue(asked, exchange)
  if (unseen !== null) return unseen

  const told = gate.judge('rest-reply', op, facts, clock.nowUs())?.verdict
  if (asked?.do === 'delay') await clock.sleep(asked.ms)
  const isOursToSend = told !== undefined || (asked !== undefined && asked.do !== 'delay')
  if (!isOursToSend) {
    // The client may have given up while its request was on the wire; the venue gets it all the same.
    if (exchange.hasGivenUp()) await exchange.send(null)
    return { do: 'pass' }
  }

  const change = asked !== undefined && isRewriting(asked) ? asked : null
  const first = await exchange.send(change)
  const isTwice = asked?.do === 'duplicate' || told?.do === 'duplicate'
  const second = isTwice ? await exchange.send(change) : null
  const reply = told?.do === 'duplicate' ? second : first
  if (reply === null) return { do: 'reset' }
  return told === undefined ? { do: 'answer', answer: reply } : fateOfReply(told, reply, exchange)
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
  if (verdict.do === 'malformed') return { do: 'answer', answer: answerOf(200, halfOf(envelope(exchange, 0, 'OK'))) }
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
  if (verdict.do === 'retCode') return answerOf(200, envelope(exchange, verdict.code, verdict.message))
  if (verdict.do !== 'rate-limit') return null
  const resetMs = String(venueNowMs(exchange) + verdict.resetMs)
  return {
    ...answerOf(200, envelope(exchange, 10006, 'Too many visits!')),
    headers: {
      'content-type': 'application/json',
      'x-bapi-limit-status': '0',
      'x-bapi-limit-reset-timestamp': resetMs,
    },
  }
}

function answerOf(status: number, text: string): Answer {
  return { status, headers: { 'content-type': text.startsWith('<') ? 'text/html' : 'application/json' }, text }
}

/** Bybit v5's envelope of an answer without a result. */
function envelope(exchange: Exchange, retCode: number, retMsg: string): string {
  return JSON.stringify({ retCode, retMsg, result: {}, retExtInfo: {}, time: venueNowMs(exchange) })
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
