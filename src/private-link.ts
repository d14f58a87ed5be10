/**
 * The private stream as the executor hears it: facts as they come; after a gap first what was missed, then "ready".
 *
 *   closed ─► no new trades ─► back ─► gap ─► reconcile (orders, executions) ─► ready ─► new trades
 */
import type { Config } from './config.ts'
import type { Executor } from './execution/executor.ts'
import type { ExecutionPorts } from './execution/ports.ts'
import { reconcile } from './execution/reconcile.ts'
import type { Random } from './seams/random.ts'
import type { PrivateEvent } from './venue/gateway.ts'
import { createPrivateStream } from './venue/private-stream.ts'
import type { StreamEvent } from './venue/socket.ts'
import type { Transport } from './venue/transport.ts'

export interface PrivateLinkOptions {
  readonly ports: ExecutionPorts
  readonly executor: Executor
  readonly config: Config
  readonly random: Random
  readonly transport?: Transport | undefined
  onJournal(event: StreamEvent): void
  /** What a gap hid is known: orders and executions. Positions and money can be compared again. */
  onRecovered(): void
}

export interface PrivateLink {
  /** Rejects when the stream is not authenticated and subscribed in time. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

const READY_MAX_MS = 10_000

export function linkPrivateStream(options: PrivateLinkOptions): PrivateLink {
  const { ports, executor, config, random } = options
  const { clock, gateway } = ports
  const ready = Promise.withResolvers<void>()
  let gapFromVenueMs: number | null = null
  /** Raised whenever the stream is lost: a recovery that began before that proves nothing. */
  let losses = 0
  let closed = false

  const onEvent = (event: PrivateEvent): void => {
    if (event.kind === 'gap') {
      // The earliest of several gaps counts while what it hid is not yet recovered.
      gapFromVenueMs ??= gateway.venueNowMs() - (clock.nowUs() - event.fromUs) / 1000
      executor.privateLost()
    } else if (event.kind === 'ready' && gapFromVenueMs !== null) void recover(gapFromVenueMs)
    else executor.onPrivate(event)
    if (event.kind === 'ready') ready.resolve()
  }

  /** Nothing new is started on a stream that has just come back before what it missed is known. */
  const recover = async (sinceVenueMs: number): Promise<void> => {
    const lossesBefore = losses
    const complete = await reconcile(ports, executor, { cause: 'private gap', sinceVenueMs })
    if (losses !== lossesBefore || closed) return // the next "ready" recovers, from the same moment on
    if (!complete) {
      await clock.sleep(RECOVER_AGAIN_MS)
      // Lost again during the pause: the next "ready" recovers.
      return losses === lossesBefore && !closed ? recover(sinceVenueMs) : undefined
    }
    gapFromVenueMs = null
    executor.onPrivate({ kind: 'ready' })
    options.onRecovered()
  }

  const stream = createPrivateStream({
    url: config.privateUrl,
    apiKey: config.apiKey,
    apiSecret: config.apiSecret,
    instruments: ports.instruments,
    clock,
    random,
    silenceMs: config.silencePrivateMs,
    pingIntervalMs: config.pingIntervalMs,
    venueNowMs: gateway.venueNowMs,
    transport: options.transport,
    onJournal: (event) => {
      options.onJournal(event)
      if (event.type !== 'stream.closed') return
      losses += 1
      executor.privateLost()
    },
    onEvent,
  })
  const cancel = clock.after(READY_MAX_MS, () =>
    ready.reject(new Error(`the private stream was not ready within ${READY_MAX_MS} ms`)),
  )
  void ready.promise.catch(() => undefined).finally(cancel)
  const close = (): Promise<void> => {
    closed = true
    return stream.close()
  }
  return { ready: ready.promise, close }
}

/** Executions that could not be read are asked for again after so long, ms. */
const RECOVER_AGAIN_MS = 500
