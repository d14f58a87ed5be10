/**
 * The venue's three streams, whichever listeners show them.
 *
 *   driver ─► public   market data
 *          └► private  what happened to an account
 *   trade  ─► driver   orders
 */
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Clock } from '../seams/clock.ts'
import type { Accounts } from './auth.ts'
import type { ConnectionCounters, Connections, CutHow, StreamLimits } from './connection.ts'
import type { ExchangeCore } from './core/types.ts'
import type { Driver } from './driver.ts'
import type { Persona, StreamName } from './personas.ts'
import type { RowsPolicy } from './private-frames.ts'
import { activeTimeMs, createPrivateStream } from './private-stream.ts'
import { createPublicStream } from './public-stream.ts'
import type { TradeFaults } from './trade-admission.ts'
import type { TradeBounds } from './trade-rates.ts'
import { createTradeStream } from './trade-stream.ts'
import type { Doubts } from './world-doubts.ts'

export interface StreamsOptions {
  readonly core: ExchangeCore
  readonly driver: Driver
  readonly clock: Clock
  readonly limits: StreamLimits
  /** Begins every connection id of this run. */
  readonly idPrefix: string
  readonly rows: RowsPolicy
  readonly tradeBounds: TradeBounds
  /** What is planned to go wrong with orders by socket. */
  readonly tradeFaults?: TradeFaults | undefined
  readonly doubts: Pick<Doubts, 'privateReqId' | 'privateAuthAgain' | 'subscribeBeforeAuth'>
}

/** Where a socket came in. */
export interface StreamDoor {
  readonly persona: Persona
  /** Keys known there. */
  readonly accounts: Accounts
}

export interface Streams {
  /** Takes over a socket after its handshake; `query` is the part of its URL behind the question mark. */
  accept(stream: StreamName, socket: WebSocket, wire: Duplex, door: StreamDoor & { readonly query: string }): void
  /** Cuts all sockets of a stream. Returns how many. */
  cut(stream: StreamName, how: CutHow): number
  framesSent(): Readonly<Record<string, number>>
  counters(): Readonly<Record<StreamName, ConnectionCounters>>
  close(): Promise<void>
}

export function createStreams(options: StreamsOptions): Streams {
  const { core, driver, clock, limits, idPrefix, rows, tradeBounds, tradeFaults: faults, doubts } = options
  const common = { driver, clock, limits }
  const publicStream = createPublicStream({ ...common, core, idPrefix: `${idPrefix}p` })
  const privateStream = createPrivateStream({ ...common, idPrefix: `${idPrefix}u`, rows, doubts })
  const tradeStream = createTradeStream({ ...common, idPrefix: `${idPrefix}t`, bounds: tradeBounds, faults })
  const all: Readonly<Record<StreamName, Connections>> = {
    public: publicStream.connections,
    private: privateStream.connections,
    trade: tradeStream.connections,
  }
  driver.attach({
    publicFrame: publicStream.publicFrame,
    privateRows: privateStream.privateRows,
    flush() {
      all.public.flush()
      all.private.flush()
    },
  })
  return {
    accept(stream, socket, wire, { query, ...door }) {
      if (stream === 'public') all.public.accept(socket, wire)
      else {
        const idleMaxMs = activeTimeMs(query)
        if (stream === 'private') privateStream.accept(socket, wire, { ...door, idleMaxMs })
        else tradeStream.accept(socket, wire, { ...door, idleMaxMs })
      }
    },
    cut: (stream, how) => all[stream].cut(how),
    framesSent: () => ({ ...publicStream.framesSent(), ...privateStream.framesSent() }),
    counters: () => ({
      public: all.public.counters(),
      private: all.private.counters(),
      trade: all.trade.counters(),
    }),
    close: async () => {
      await Promise.all(Object.values(all).map((connections) => connections.close()))
    },
  }
}
