/**
 * A process that can be killed between any two of its calls to the world.
 *
 *   runtime ──► clock · journal · wire, each call counted ──► the stage
 *                 ▲ killed at a call: before it, after it, or in the middle of a write
 *
 * Nothing of a killed process runs any more: its timers, the replies and the frames meant for it go nowhere, what it
 * calls does nothing. What was handed to the wire may still arrive; of the journal there is what was written, and no
 * line that was only appended.
 */
import type { Journal } from '../journal/append.ts'
import type { Clock } from '../seams/clock.ts'
import type { Http } from '../venue/http.ts'
import type { SocketEvents, Transport, VenueSocket } from '../venue/transport.ts'

/** The n-th call from 1 on, and where in it. `within`: half of what a write writes is written. */
export interface CrashPoint {
  /** Calls count from this moment on, ms of monotonic time. Default: from the first. */
  readonly fromMs?: number
  /** Only calls that have this in them count, e.g. `/order/create`. Default: all. */
  readonly of?: string
  readonly call: number
  readonly moment: 'before' | 'within' | 'after'
}

/** A call as it was seen. */
export interface SeamCall {
  readonly what: string
  readonly atUs: number
  /** Whether the world outside the process is another afterwards. Setting a timer, or appending without writing, is not. */
  readonly effect: boolean
  readonly isWrite: boolean
}

export interface MortalProcess {
  readonly clock: Clock
  readonly journal: Journal
  readonly transport: Transport
  readonly calls: readonly SeamCall[]
  /** Resolves when it is killed; never, when it is not. */
  readonly killed: Promise<void>
  readonly isDead: boolean
  /** Ends of its own accord: nothing of it runs any more either. */
  exit(): void
}

export interface MortalOptions {
  readonly clock: Clock
  readonly transport: Transport
  /** What the file holds of it. */
  readonly write: (text: string) => void
  /** Null lives on. */
  readonly killAt: CrashPoint | null
}

/** A line waits for company so long, as in the real journal, ms. */
const FLUSH_AFTER_MS = 100

export function createMortal(options: MortalOptions): MortalProcess {
  return new Mortal(options)
}

class Mortal implements MortalProcess {
  readonly clock: Clock
  readonly journal: Journal
  readonly transport: Transport
  readonly calls: SeamCall[] = []
  readonly killed: Promise<void>
  isDead = false
  readonly #options: MortalOptions
  readonly #tellKilled: () => void
  readonly #sockets = new Set<VenueSocket>()
  /** What a dead process waits for. Of its own: a promise holds on to all who wait for it. */
  readonly #never = new Promise<never>(() => undefined)
  #pending = ''
  #seq = 0
  /** Calls that the crash point counts. */
  #counted = 0
  #cancelFlush: (() => void) | null = null

  constructor(options: MortalOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.killed = promise
    this.#tellKilled = resolve
    const { clock } = options
    this.clock = {
      nowUs: clock.nowUs,
      wallMs: clock.wallMs,
      after: (ms, callback) =>
        this.#call(
          { what: 'after' },
          () => clock.after(ms, () => this.#isAlive(callback)),
          () => undefined,
        ),
      sleep: (ms, signal) => this.#call({ what: 'sleep' }, () => this.#mine(clock.sleep(ms, signal)), this.#never),
    }
    this.journal = this.#openJournal()
    this.transport = {
      openHttp: (http) => this.#openHttp(options.transport.openHttp(http)),
      openSocket: (url, events) =>
        this.#call({ what: 'connect', effect: true }, () => this.#openSocket(url, events), DEAD_SOCKET),
    }
  }

  /** Counts a call, makes it, and dies where it is to die. Dead, it makes none and answers with `instead`. */
  #call<T>(
    { what, effect = false, isWrite = false }: Partial<SeamCall> & { readonly what: string },
    make: () => T,
    instead: T,
    makeHalf: () => void = () => undefined,
  ): T {
    if (this.isDead) return instead
    const { killAt, clock } = this.#options
    const atUs = clock.nowUs()
    this.calls.push({ what, atUs, effect, isWrite })
    const counts = atUs >= 1_000 * (killAt?.fromMs ?? 0) && what.includes(killAt?.of ?? '')
    if (counts) this.#counted += 1
    const isHere = counts && killAt?.call === this.#counted
    if (isHere && killAt.moment !== 'after') {
      if (killAt.moment === 'within') makeHalf()
      this.#die()
      return instead
    }
    const made = make()
    if (!isHere) return made
    this.#die()
    return instead
  }

  #die(): void {
    this.exit()
    this.#tellKilled()
  }

  exit(): void {
    this.isDead = true
    // The kernel closes what it had open.
    for (const socket of this.#sockets) socket.terminate()
  }

  #isAlive(act: () => void): void {
    if (!this.isDead) act()
  }

  /** What the dead waited for never comes. */
  #mine<T>(promise: Promise<T>): Promise<T> {
    return promise.then((value) => (this.isDead ? this.#never : value))
  }

  #openHttp(http: Http): Http {
    return {
      send: (request) =>
        this.#call(
          { what: `${request.method} ${request.path}`, effect: true },
          () => this.#mine(http.send(request)),
          this.#never,
        ),
      close: () => this.#call({ what: 'close' }, () => this.#mine(http.close()), this.#never),
    }
  }

  #openSocket(url: string, events: SocketEvents): VenueSocket {
    const guarded: SocketEvents = {
      onBytes: () => this.#isAlive(() => events.onBytes()),
      onOpen: () => this.#isAlive(() => events.onOpen()),
      onText: (text) => this.#isAlive(() => events.onText(text)),
      onControl: () => this.#isAlive(() => events.onControl()),
      onError: (message) => this.#isAlive(() => events.onError(message)),
      onClose: (code, reason) => this.#isAlive(() => events.onClose(code, reason)),
    }
    const inner = this.#options.transport.openSocket(url, guarded)
    this.#sockets.add(inner)
    const effect = true
    return {
      get state() {
        return inner.state
      },
      send: (text) => this.#call({ what: 'frame', effect }, () => inner.send(text), undefined),
      close: (code) => this.#call({ what: 'close socket', effect }, () => inner.close(code), undefined),
      terminate: () => this.#call({ what: 'drop socket', effect }, () => inner.terminate(), undefined),
    }
  }

  #openJournal(): Journal {
    const { clock } = this.#options
    const flush = (): void => {
      this.#cancelFlush?.()
      this.#cancelFlush = null
      const text = this.#pending
      if (text === '') return
      this.#pending = ''
      const write = (part: string) => () => this.#options.write(part)
      const half = write(text.slice(0, Math.floor(text.length / 2)))
      this.#call({ what: 'write', effect: true, isWrite: true }, write(text), undefined, half)
    }
    const append: Journal['append'] = (type, data) => {
      this.#call({ what: `append ${type}` }, () => undefined, undefined)
      if (this.isDead) return
      this.#seq += 1
      this.#pending += `${JSON.stringify({ seq: this.#seq, at: Math.round(clock.nowUs()), by: 'runtime', type, data })}\n`
      this.#cancelFlush ??= clock.after(FLUSH_AFTER_MS, () => this.#isAlive(flush))
    }
    return { append, flush, close: flush, [Symbol.asyncDispose]: async () => flush() }
  }
}

const DEAD_SOCKET: VenueSocket = {
  state: 'ending',
  send: () => undefined,
  close: () => undefined,
  terminate: () => undefined,
}
