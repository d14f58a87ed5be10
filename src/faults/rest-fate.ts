/**
 * What becomes of one REST exchange: the request's verdict first, then, if the venue saw it, the reply's.
 *
 * A fate is a value; `rest-mount.ts` carries it out on the client's socket.
 */
import { bypass } from 'msw/utils/bypass'
import type { Clock } from '../seams/clock.ts'
import type { FaultFacts, FaultGate, JudgedOp } from './gate.ts'
import type { FaultVerdict } from './plan-types.ts'
import { isRewriting, rewriteCreate, signatureOf } from './rewrite.ts'

/** `hang`: no answer, ever, until the client gives up. */
export type Fate =
  | { readonly do: 'pass' }
  | { readonly do: 'answer'; readonly response: Response }
  | { readonly do: 'reset' }
  | { readonly do: 'hang' }

export interface Exchange {
  readonly request: Request
  readonly bodyText: string
  readonly op: JudgedOp
  readonly facts: FaultFacts
  readonly gate: FaultGate
  readonly clock: Clock
  readonly apiSecret: string | null
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
    if (exchange.request.signal.aborted) await sendOrNull(exchange, exchange.bodyText)
    return { do: 'pass' }
  }

  const bodyText =
    asked !== undefined && isRewriting(asked) ? rewriteCreate(exchange.bodyText, asked) : exchange.bodyText
  const first = await sendOrNull(exchange, bodyText)
  const isTwice = asked?.do === 'duplicate' || told?.do === 'duplicate'
  const second = isTwice ? await sendOrNull(exchange, bodyText) : null
  const reply = told?.do === 'duplicate' ? second : first
  if (reply === null) return { do: 'reset' }
  return told === undefined ? { do: 'answer', response: reply } : fateOfReply(told, reply, exchange)
}

/** Handshake verdicts: the upgrade is late, refused, reset or never answered. */
export async function disturbHandshake(verdict: FaultVerdict, clock: Clock): Promise<Fate> {
  if (verdict.do === 'delay') await clock.sleep(verdict.ms)
  if (verdict.do === 'http') return { do: 'answer', response: answer(verdict.status, verdict.body ?? '') }
  if (verdict.do === 'reset') return { do: 'reset' }
  return { do: verdict.do === 'drop' ? 'hang' : 'pass' }
}

/** The fate of a request that never arrives; null when it does arrive. */
function fateUnseenByVenue(verdict: FaultVerdict, exchange: Exchange): Fate | null {
  if (verdict.do === 'drop') return { do: 'hang' }
  if (verdict.do === 'reset') return { do: 'reset' }
  if (verdict.do === 'malformed') return { do: 'answer', response: answer(200, halfOf(envelope(exchange, 0, 'OK'))) }
  const response = writtenAnswer(verdict, exchange)
  return response === null ? null : { do: 'answer', response }
}

async function fateOfReply(verdict: FaultVerdict, reply: Response, exchange: Exchange): Promise<Fate> {
  if (verdict.do === 'drop') return { do: 'hang' }
  if (verdict.do === 'reset') return { do: 'reset' }
  if (verdict.do === 'delay') await exchange.clock.sleep(verdict.ms)
  if (verdict.do === 'malformed') {
    return { do: 'answer', response: answer(reply.status, halfOf(await reply.text()), reply.headers) }
  }
  return { do: 'answer', response: writtenAnswer(verdict, exchange) ?? reply }
}

/** Answers that the plan itself words; null for verdicts that word none. */
function writtenAnswer(verdict: FaultVerdict, exchange: Exchange): Response | null {
  if (verdict.do === 'http') return answer(verdict.status, verdict.body ?? '')
  if (verdict.do === 'retCode') return answer(200, envelope(exchange, verdict.code, verdict.message))
  if (verdict.do !== 'rate-limit') return null
  const resetMs = String(venueNowMs(exchange) + verdict.resetMs)
  return answer(
    200,
    envelope(exchange, 10006, 'Too many visits!'),
    new Headers({ 'X-Bapi-Limit-Status': '0', 'X-Bapi-Limit-Reset-Timestamp': resetMs }),
  )
}

/** Bybit v5's envelope of an answer without a result. */
function envelope(exchange: Exchange, retCode: number, retMsg: string): string {
  return JSON.stringify({ retCode, retMsg, result: {}, retExtInfo: {}, time: venueNowMs(exchange) })
}

/** The venue's clock as the client knows it: the time it signed with, else this machine's. */
function venueNowMs({ request, clock }: Exchange): number {
  const signedMs = Number(request.headers.get('x-bapi-timestamp') ?? Number.NaN)
  return Number.isSafeInteger(signedMs) ? signedMs : clock.wallMs()
}

/** Headers about one connection or one encoding of the body, untrue of another. */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length', 'host']

/** With a content length, so that the client's keep-alive connection survives the answer. */
function answer(status: number, bodyText: string, headers = new Headers()): Response {
  const own = withoutHops(headers)
  if (!own.has('content-type')) own.set('content-type', bodyText.startsWith('<') ? 'text/html' : 'application/json')
  own.set('content-length', String(Buffer.byteLength(bodyText)))
  return new Response(bodyText, { status, headers: own })
}

/** Sends the request on a connection of ours; null when no answer came back. */
async function sendOrNull(
  { request, bodyText: sentText, apiSecret }: Exchange,
  bodyText: string,
): Promise<Response | null> {
  const headers = withoutHops(request.headers)
  if (bodyText !== sentText && apiSecret !== null) headers.set('x-bapi-sign', signatureOf(headers, bodyText, apiSecret))
  const { method } = request
  const copy = new Request(request.url, { method, headers, ...(method === 'GET' ? {} : { body: bodyText }) })
  try {
    const reply = await fetch(bypass(copy))
    return answer(reply.status, await reply.text(), reply.headers)
  } catch {
    return null
  }
}

function withoutHops(headers: Headers): Headers {
  const kept = new Headers(headers)
  for (const name of HOP_HEADERS) kept.delete(name)
  return kept
}

function halfOf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2))
}
