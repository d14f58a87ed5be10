/**
 * The wire of a simulation: a transport whose bytes travel through memory, late by seeded delays and disturbed by a
 * fault plan, exactly where the real mounts disturb them.
 *
 *   RestClient ─► request ─delay─► fate (rest-fate.ts) ─► venue ─► reply ─delay─► RestClient
 *   link       ◄─ frame ◄─delay◄─ wire (stream-wire.ts) ◄───────── venue           frames keep their order
 */
import { mayDisturb } from '../faults/batch.ts'
import { factsOfOrder, factsOfRequest, parsedOrNull, restOpOf, signedMsOf, streamOf } from '../faults/facts.ts'
import { type FaultGate, type JudgedOp, NO_FACTS } from '../faults/gate.ts'
import { type Answer, disturb, disturbHandshake, type Fate } from '../faults/rest-fate.ts'
import { signatureOf } from '../faults/rewrite.ts'
import { createStreamWires, type StreamWires, type Wire } from '../faults/stream-wire.ts'
import type { Clock } from '../seams/clock.ts'
import type { Random } from '../seams/random.ts'
import type { HttpAnswer, HttpRequest } from '../venue/http.ts'
import type { SocketEvents, Transport, VenueSocket } from '../venue/transport.ts'
import type { MemoryVenue, VenueEnd } from './memory-venue.ts'

export interface Latency {
  /** One way, ms: uniform between the two. */
  readonly fromMs: number
  readonly toMs: number
}

export interface WireOptions {
  readonly venue: MemoryVenue
  readonly clock: Clock
  readonly random: Random
  readonly latency: Latency
  readonly gate: FaultGate
  readonly apiSecret: string
}

/** A transport to one venue in memory. */
export function createMemoryWire(options: WireOptions): Transport {
  const wires = createStreamWires(options.gate, options.clock)
  const late = (): number => {
    const { fromMs, toMs } = options.latency
    return fromMs + options.random.next() * (toMs - fromMs)
  }
  return {
    openHttp: () => createMemoryHttp(options, late),
    openSocket: (url, events) => new MemorySocket({ options, wires, late, url, events }),
  }
}

// ── REST ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function createMemoryHttp(options: WireOptions, late: () => number): ReturnType<Transport['openHttp']> {
  const open = new Set<(answer: HttpAnswer) => void>()
  let closed = false
  return {
    send(request) {
      if (closed) return Promise.resolve({ kind: 'unsent', reason: 'closed' })
      return new Promise((resolve) => {
        const settle = (answer: HttpAnswer): void => {
          if (!open.delete(settle)) return
          cancel()
          resolve(answer)
        }
        open.add(settle)
        const cancel = options.clock.after(request.timeoutMs, () =>
          settle({ kind: 'lost', reason: `no answer within ${request.timeoutMs} ms` }),
        )
        const op = restOpOf(pathOf(request))
        if (op === 'create') options.gate.createSent(factsOfOrder(op, parsedOrNull(request.body ?? '')))
        if (!mayDisturb(options.gate, 'rest', op, options.clock.nowUs())) {
          pass(options, late, request, settle)
          return
        }
        void carry(options, late, { request, op }, () => !open.has(settle)).then((answer) => {
          if (answer !== null) settle(answer)
        })
      })
    },
    close() {
      closed = true
      for (const settle of [...open]) settle({ kind: 'lost', reason: 'closed' })
      return Promise.resolve()
    },
  }
}

/** One exchange that nothing can happen to. It leaves a microtask later, as others do: what is sent first leaves first. */
function pass(
  { clock, venue }: WireOptions,
  late: () => number,
  request: HttpRequest,
  settle: (answer: HttpAnswer) => void,
): void {
  queueMicrotask(() => {
    clock.after(late(), () => {
      const answer = venue.answer(request)
      clock.after(late(), () => settle(replyOf(answer)))
    })
  })
}

/** One exchange; null when no answer ever comes. */
async function carry(
  options: WireOptions,
  late: () => number,
  { request, op }: { readonly request: HttpRequest; readonly op: JudgedOp },
  hasGivenUp: () => boolean,
): Promise<HttpAnswer | null> {
  const { gate, clock, venue } = options
  const bodyText = request.body ?? ''
  const query = request.path.slice(pathOf(request).length + 1)
  const facts = factsOfRequest(op, new URLSearchParams(query), bodyText)
  const send = async (changed: string | null): Promise<Answer> => {
    await clock.sleep(late())
    const answer = venue.answer(changed === null ? request : signedAnew(request, changed, options.apiSecret))
    await clock.sleep(late())
    return answer
  }
  const fate = await disturb({
    op,
    facts,
    gate,
    clock,
    bodyText,
    signedMs: signedMsOf(headerOf(request, 'X-BAPI-TIMESTAMP')),
    hasGivenUp,
    send,
  })
  if (fate.do === 'answer' && fate.answer.dripMs !== undefined) await clock.sleep(fate.answer.dripMs)
  // What its client gave up on has gone to the venue already, and nobody waits for the answer.
  if (fate.do === 'pass' && hasGivenUp()) return null
  return told(fate, () => send(null))
}

async function told(fate: Fate, send: () => Promise<Answer>): Promise<HttpAnswer | null> {
  if (fate.do === 'hang') return null
  if (fate.do === 'reset') return { kind: 'lost', reason: 'ECONNRESET: read ECONNRESET' }
  return replyOf(fate.do === 'answer' ? fate.answer : await send())
}

function replyOf({ status, headers, text }: Answer): HttpAnswer {
  return { kind: 'reply', status, headers, text }
}

function pathOf({ path }: HttpRequest): string {
  const mark = path.indexOf('?')
  return mark < 0 ? path : path.slice(0, mark)
}

function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const at = headers.indexOf(name)
  return at < 0 ? undefined : headers[at + 1]
}

function signedAnew(request: HttpRequest, body: string, apiSecret: string): HttpRequest {
  const headers = [...request.headers]
  const plain = new Headers()
  for (let at = 0; at < headers.length; at += 2) plain.set(headers[at]!, headers[at + 1]!)
  headers[headers.indexOf('X-BAPI-SIGN') + 1] = signatureOf(plain, body, apiSecret)
  return { ...request, headers, body }
}

// ── Streams ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface SocketParts {
  readonly options: WireOptions
  readonly wires: StreamWires
  readonly late: () => number
  readonly url: string
  readonly events: SocketEvents
}

/** The client's end of one socket. Both directions are first in, first out. */
class MemorySocket implements VenueSocket {
  state: VenueSocket['state'] = 'connecting'
  readonly #parts: SocketParts
  #venue: VenueEnd | null = null
  #wire: Wire | null = null
  /** When the last thing under way in each direction arrives, µs. */
  #outUs = 0
  #inUs = 0
  #isClosed = false

  constructor(parts: SocketParts) {
    this.#parts = parts
    void this.#connect()
  }

  async #connect(): Promise<void> {
    const { options, late, url, events } = this.#parts
    const { gate, clock, venue } = options
    const party = streamOf(url)
    if (party === null) throw new Error(`no stream at ${url}`)
    await clock.sleep(late() + late())
    const applied = gate.judge(party, 'connect', NO_FACTS, clock.nowUs())
    const fate = applied === null ? PASS : await disturbHandshake(applied.verdict, clock)
    if (this.#isClosed || fate.do === 'hang') return
    if (fate.do === 'answer') return this.#refused(`Unexpected server response: ${fate.answer.status}`)
    if (fate.do === 'reset') return this.#refused('read ECONNRESET')
    this.#venue = venue.accept(party, {
      onFrame: (text) => this.#arrive(() => this.#hear(text)),
      onClose: (code) => this.#arrive(() => this.#end(code)),
    })
    this.state = 'open'
    this.#wire = this.#parts.wires.open({
      party,
      isOpen: () => this.state === 'open',
      act: (verdict) => this.#act(verdict.do),
    })
    events.onOpen()
  }

  send(text: string): void {
    if (this.#wire?.isSilent === true) return
    this.#leave(() => this.#venue?.receive(text))
  }

  close(code: number): void {
    if (this.state !== 'open') return this.terminate()
    this.state = 'ending'
    if (this.#wire?.isSilent === true) return
    this.#leave(() => {
      this.#venue?.gone()
      this.#arrive(() => this.#end(code))
    })
  }

  terminate(): void {
    if (this.#isClosed) return
    if (this.#wire?.isSilent !== true) this.#leave(() => this.#venue?.gone())
    // Told in a turn of its own, as `ws` does.
    this.state = 'ending'
    this.#parts.options.clock.after(0, () => this.#end(1006))
  }

  #refused(reason: string): void {
    this.#parts.events.onError(reason)
    this.#end(1006)
  }

  #act(verdict: string): void {
    // A silent socket says nothing to anybody; what happens to it is the client's own doing.
    if (verdict === 'silence') return
    this.#venue?.gone()
    if (verdict === 'reset') this.#parts.events.onError('read ECONNRESET')
    this.#parts.options.clock.after(0, () => this.#end(verdict === 'close' ? 1000 : 1006))
  }

  #hear(text: string): void {
    const wire = this.#wire
    if (this.#isClosed || this.state !== 'open' || wire === null || wire.isSilent) return
    const { events } = this.#parts
    const deliver = (frame: string): void => {
      if (this.#isClosed) return
      events.onBytes()
      events.onText(frame)
    }
    if (wire.judgesFrames) wire.receive(text, deliver)
    else deliver(text)
  }

  #end(code: number): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.state = 'ending'
    this.#wire?.close()
    this.#parts.events.onClose(code, '')
  }

  #leave(arrive: () => void): void {
    this.#outUs = this.#after(this.#outUs, arrive)
  }

  #arrive(act: () => void): void {
    this.#inUs = this.#after(this.#inUs, act)
  }

  #after(lastUs: number, act: () => void): number {
    const { clock } = this.#parts.options
    const atUs = Math.max(lastUs, clock.nowUs() + Math.round(this.#parts.late() * 1_000))
    clock.after((atUs - clock.nowUs()) / 1_000, act)
    return atUs
  }
}

const PASS: Fate = { do: 'pass' }
