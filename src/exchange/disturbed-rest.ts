/**
 * Faults of REST at the venue's door: an admitted request meets its verdict before the core does, its answer meets one
 * before the client does.
 *
 *   admitted ─► user's handlers ─► fate (faults/rest-fate.ts) ─► core ─► fate ─► answer, half of it, a reset, or nothing
 *
 * Judged after the signature, so that a changed order needs no new one; a request that is late is verified again when it
 * arrives, by the time it was signed with.
 */
import { createsIn, mayDisturb, rememberIds, teachesIds } from '../faults/batch.ts'
import { factsOfRequest, restOpOf, signedMsOf } from '../faults/facts.ts'
import type { FaultGate, JudgedOp } from '../faults/gate.ts'
import { type Answer, disturb, dripped } from '../faults/rest-fate.ts'
import type { Clock } from '../seams/clock.ts'
import type { Admitted, Call, RestFaults } from './http-admission.ts'
import type { AskHandlers } from './user-handlers.ts'

export interface RestFaultOptions {
  readonly gate: FaultGate
  readonly clock: Clock
  readonly userHandlers: AskHandlers | null
  /** Told when one of the user's handlers answered instead of the venue: method and path. */
  readonly onUserHandler: (what: string) => void
}

export function createRestFaults(options: RestFaultOptions): RestFaults {
  const { gate, clock, userHandlers } = options
  return {
    carry(admitted) {
      const { call, payload } = admitted
      const op = restOpOf(call.path)
      const bodyText = call.route.method === 'POST' ? payload.toString() : ''
      const facts = factsOfRequest(op, urlOf(call).searchParams, bodyText)
      for (const created of createsIn(op, bodyText)) gate.createSent(created)
      if (userHandlers === null && !mayDisturb(gate, 'rest', op, clock.nowUs()) && !teachesIds(gate, op)) {
        admitted.pass()
        return
      }
      settle(options, admitted, { op, facts, bodyText }).catch((error: unknown) => {
        const text = `a fault handler failed: ${error instanceof Error ? error.message : String(error)}`
        void write(call, { status: 500, headers: { 'content-type': 'text/plain' }, text }, options.clock)
      })
    },
  }
}

interface Judged {
  readonly op: JudgedOp
  readonly facts: ReturnType<typeof factsOfRequest>
  readonly bodyText: string
}

async function settle(options: RestFaultOptions, admitted: Admitted, judged: Judged): Promise<void> {
  const { gate, clock } = options
  const { call } = admitted
  const { socket, headers } = call.request
  const theirs = await theirAnswer(options, call, judged.bodyText)
  if (theirs !== null) return write(call, theirs, clock)

  const hasGivenUp = (): boolean => socket.destroyed
  const fate = await disturb({
    op: judged.op,
    facts: judged.facts,
    gate,
    clock,
    signedMs: signedMsOf(headers['x-bapi-timestamp']),
    bodyText: judged.bodyText,
    hasGivenUp,
    send: (changed) => Promise.resolve(admitted.send(changed)),
  })
  if (fate.do === 'reset') socket.resetAndDestroy()
  else if (fate.do === 'answer') await write(call, fate.answer, clock)
  else if (fate.do === 'pass' && !hasGivenUp()) {
    if (!teachesIds(gate, judged.op)) return admitted.pass()
    const answer = admitted.send(null)
    rememberIds(gate, judged.op, judged.bodyText, answer.text)
    await write(call, answer, clock)
  }
}

/** What the user's handlers answer; null when they leave it to the venue. */
async function theirAnswer(options: RestFaultOptions, call: Call, bodyText: string): Promise<Answer | null> {
  if (options.userHandlers === null) return null
  const { method = 'GET', headers } = call.request
  const url = urlOf(call)
  const asked = new Request(url, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
    ...(method === 'GET' ? {} : { body: bodyText }),
  })
  const told = await options.userHandlers(asked)
  if (told !== null) options.onUserHandler(`${method} ${url.pathname}`)
  return told
}

async function write(call: Call, { status, headers, text, dripMs }: Answer, clock: Clock): Promise<void> {
  const { response } = call
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(text)) })
  if (dripMs !== undefined) {
    for await (const piece of dripped(text, dripMs, clock)) if (!response.destroyed) response.write(piece)
    response.end()
  } else response.end(text)
}

function urlOf({ request }: Call): URL {
  return new URL(request.url ?? '/', `http://${request.headers.host ?? 'venue'}`)
}
