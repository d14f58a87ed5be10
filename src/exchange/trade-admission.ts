/**
 * An order by socket in the hands of the fault layer: what came in, and the ways it can go on.
 */
import type { Duplex } from 'node:stream'
import { type Connection, resetWire } from './connection.ts'
import type { CoreReply } from './core/types.ts'
import { answerTo, headerText, type TradeRequest, tradeReply } from './trade-frames.ts'

/** What is planned to go wrong with admitted orders and their answers. */
export interface TradeFaults {
  carry(order: AdmittedOrder): void
}

export type Params = Readonly<Record<string, unknown>>

export interface AdmittedOrder {
  /** Of the same operation over REST. */
  readonly path: string
  readonly params: Params
  /** The time it was sent with, as the client says it; empty when it says none. */
  readonly timestamp: string
  /** As if there were no faults, but perhaps late. */
  pass(): void
  /** Sends the order to the core, with other parameters if given as JSON, and keeps the answer's frame from the client. */
  send(changed: string | null): string
  /** The venue's frame that tells a code, and when the limit that was met is free again, ms. */
  refusal(told: { readonly retCode: number; readonly retMsg: string; readonly resetMs?: number }): string
  tell(frame: string): void
  isOpen(): boolean
  /** Resets the connection. */
  reset(): void
}

/** What a refusal has to say beside its code. */
export const NOTHING = { result: {}, retExtInfo: {} }

export type Answer = (given: CoreReply, atMs: number) => void

export interface OrderParts extends Pick<AdmittedOrder, 'path' | 'params' | 'isOpen'> {
  readonly connection: Connection
  readonly wire: Duplex
  readonly request: TradeRequest
  /** Why the venue refuses the request at a moment: it may be late by now, or come a second time. */
  problem(nowMs: number): { readonly retCode: number; readonly retMsg: string } | undefined
  /** Asks the core. */
  perform(params: Params, answer: Answer): void
  /** Tells the client. */
  readonly answer: Answer
  trip(): { readonly nowMs: number; readonly traceId: string }
  flush(): void
}

export function admittedOrder(parts: OrderParts): AdmittedOrder {
  const { path, params, isOpen, connection, wire, request, answer, trip, flush } = parts
  const to = answerTo(connection, request)
  const ask = (asked: Params, told: Answer): void => {
    const { nowMs } = trip()
    const refused = parts.problem(nowMs)
    if (refused === undefined) parts.perform(asked, told)
    else told({ ...refused, ...NOTHING }, nowMs)
  }
  return {
    path,
    params,
    timestamp: headerText(request, 'X-BAPI-TIMESTAMP'),
    isOpen,
    pass: () => ask(params, answer),
    send(changed) {
      let frame = ''
      ask(changed === null ? params : (JSON.parse(changed) as Params), (given, nowMs) => {
        frame = tradeReply(to, given, { ...trip(), nowMs })
      })
      return frame
    },
    refusal: ({ retCode, retMsg, ...limit }) =>
      tradeReply(to, { retCode, retMsg, ...NOTHING }, { ...trip(), ...limit }),
    tell(frame) {
      connection.send(frame)
      flush()
    },
    reset: () => resetWire(wire),
  }
}
