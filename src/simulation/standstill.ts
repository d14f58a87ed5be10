/**
 * A process that can stand still while the world goes on, as under a long garbage collection or between two signals.
 *
 *   its timers ────┐
 *   what it hears ─┼─► runs ──────────────────────► at once
 *   what it sends ─┘     └─ stands still until ─► what it sent, then its timers by moment, then what it heard in order
 *
 * Monotonic time does not stop. What the process had handed to the wire travels on; what it hands over in the same turn in
 * which it was stopped leaves after. A request whose time is up by then is lost to it, since timers come before the
 * sockets, even when its reply has been lying there: as in an event loop that wakes up late.
 */
import type { Clock } from '../seams/clock.ts'
import type { Http } from '../venue/http.ts'
import type { SocketEvents, Transport, VenueSocket } from '../venue/transport.ts'

export interface StoppableProcess {
  readonly clock: Clock
  readonly transport: Transport
  /** Stands still from now on for so long, ms. Stopped again meanwhile, until the later of the two ends. */
  pause(ms: number): void
}

/** A process on a world's clock and wire. */
export function createStoppable(clock: Clock, transport: Transport): StoppableProcess {
  return new Stoppable(clock, transport)
}

type Act = () => void

class Stoppable implements StoppableProcess {
  readonly clock: Clock
  readonly transport: Transport
  readonly #world: Clock
  readonly #timers: Act[] = []
  readonly #heard: Act[] = []
  readonly #sent: Act[] = []
  #untilUs = 0
  /** Standing still, or still busy with what has come meanwhile. */
  #isBehind = false

  constructor(world: Clock, transport: Transport) {
    this.#world = world
    const { nowUs, wallMs } = world
    this.clock = { nowUs, wallMs, after: this.#after, sleep: this.#sleep }
    this.transport = {
      openHttp: (options) => this.#openHttp(transport.openHttp(options)),
      openSocket: (url, events) => this.#openSocket(transport, url, events),
    }
  }

  readonly pause = (ms: number): void => {
    this.#untilUs = Math.max(this.#untilUs, this.#world.nowUs() + ms * 1_000)
    if (this.#isBehind) return
    this.#isBehind = true
    this.#catchUpLater()
  }

  get #stands(): boolean {
    return this.#world.nowUs() < this.#untilUs
  }

  #catchUpLater(): void {
    this.#world.after(Math.max(0, this.#untilUs - this.#world.nowUs()) / 1_000, this.#catchUp)
  }

  /** One thing a turn, so that what it sets off has happened before the next. */
  readonly #catchUp = (): void => {
    // What is sent may be what stops it again.
    while (!this.#stands && this.#sent.length > 0) this.#sent.shift()!()
    if (this.#stands) return this.#catchUpLater()
    const next = this.#timers.shift() ?? this.#heard.shift()
    if (next === undefined) this.#isBehind = false
    else {
      next()
      this.#catchUpLater()
    }
  }

  #when(act: Act, queue: Act[]): void {
    if (this.#isBehind) queue.push(act)
    else act()
  }

  readonly #after: Clock['after'] = (ms, callback) => {
    let isCancelled = false
    const act = (): void => {
      if (!isCancelled) callback()
    }
    const cancel = this.#world.after(ms, () => this.#when(act, this.#timers))
    return () => {
      isCancelled = true
      cancel()
    }
  }

  readonly #sleep: Clock['sleep'] = (ms, signal) => {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#after(ms, resolve)
      signal?.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  }

  #hear(act: Act): void {
    this.#when(act, this.#heard)
  }

  /** What leaves the process: not while it stands still. */
  #send(act: Act): void {
    if (this.#stands) this.#sent.push(act)
    else act()
  }

  #openHttp(http: Http): Http {
    return {
      send: (request) => {
        const { timeoutMs } = request
        const dueUs = this.#world.nowUs() + timeoutMs * 1_000
        return new Promise((resolve) => {
          this.#send(() => {
            const leftMs = Math.max(0, dueUs - this.#world.nowUs()) / 1_000
            void http.send({ ...request, timeoutMs: leftMs }).then((answer) => {
              const isHeld = this.#isBehind
              this.#hear(() => {
                const isLate = isHeld && this.#world.nowUs() >= dueUs
                resolve(isLate ? { kind: 'lost', reason: `no answer within ${timeoutMs} ms` } : answer)
              })
            })
          })
        })
      },
      close: () => http.close(),
    }
  }

  #openSocket(transport: Transport, url: string, events: SocketEvents): VenueSocket {
    let isOpened = false
    const socket = transport.openSocket(url, {
      onBytes: () => this.#hear(() => events.onBytes()),
      onOpen: () =>
        this.#hear(() => {
          isOpened = true
          events.onOpen()
        }),
      onText: (text) => this.#hear(() => events.onText(text)),
      onControl: () => this.#hear(() => events.onControl()),
      onError: (message) => this.#hear(() => events.onError(message)),
      onClose: (code, reason) => this.#hear(() => events.onClose(code, reason)),
    })
    return {
      get state() {
        // A handshake that nobody has looked at yet is not over for the process.
        return socket.state === 'open' && !isOpened ? 'connecting' : socket.state
      },
      send: (text) => this.#send(() => socket.send(text)),
      close: (code) => this.#send(() => socket.close(code)),
      terminate: () => this.#send(() => socket.terminate()),
    }
  }
}
