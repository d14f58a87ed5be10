/**
 * Time that passes only when everything that could happen at this moment has happened.
 *
 *   timers (a heap by moment, then by order of setting) ─► the next one ─► its moment is now ─► everything it set off
 *
 * No wall clock and no real timer: a minute takes as long as its events. Two runs that set the same timers see the same
 * order, so the same seed gives the same journal.
 */
import type { Clock } from '../seams/clock.ts'

export interface VirtualClock extends Clock {
  /**
   * Lets time pass until the promise settles, and answers with its value. Throws when it rejects, when nothing is left
   * that could settle it, and when so much virtual time has gone by without it.
   */
  passUntil<T>(promise: Promise<T>, limitMs: number): Promise<T>
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>
  /** Another clock over the same time whose wall runs so far ahead (or behind), ms. Timers and monotonic time are shared. */
  skewed(aheadMs: number): Clock
}

interface Timer {
  readonly dueUs: number
  readonly order: number
  /** Null once it is cancelled. */
  callback: (() => void) | null
}

/** A turn of the real event loop comes after so many timers. */
const STEPS_PER_TURN = 1_000

/** Opens a clock whose wall stands at `wallStartMs` and whose monotonic time is 0. */
export function createVirtualClock(wallStartMs: number): VirtualClock {
  return new VirtualTime(wallStartMs)
}

class VirtualTime implements VirtualClock {
  readonly #wallStartMs: number
  readonly #timers = createHeap()
  #nowUs = 0
  #order = 0

  constructor(wallStartMs: number) {
    this.#wallStartMs = wallStartMs
  }

  readonly nowUs = (): number => this.#nowUs

  /** Whole milliseconds, as the machine's own. */
  readonly wallMs = (): number => Math.floor(this.#wallStartMs + this.#nowUs / 1_000)

  readonly after = (ms: number, callback: () => void): (() => void) => {
    this.#order += 1
    // Whole microseconds, so that equal moments are equal and their order is the order of setting; never early, or who
    // waits for a fraction of one would wait for ever.
    const dueUs = this.#nowUs + (ms > 0 ? Math.max(1, Math.ceil(ms * 1_000 - 1e-6)) : 0)
    const timer: Timer = { dueUs, order: this.#order, callback }
    this.#timers.push(timer)
    return () => {
      timer.callback = null
    }
  }

  readonly sleep: Clock['sleep'] = (ms, signal) => {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.after(ms, resolve)
      signal?.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  }

  skewed(aheadMs: number): Clock {
    const { nowUs, sleep, after } = this
    return { nowUs, sleep, after, wallMs: () => this.wallMs() + aheadMs }
  }

  async pass(ms: number): Promise<void> {
    if (!Number.isFinite(ms)) throw new RangeError(`time cannot pass for ${ms} ms`)
    const endUs = this.#nowUs + ms * 1_000
    await this.#run(endUs, () => false)
    this.#nowUs = endUs
  }

  async passUntil<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    let isOver = false
    const over = (): void => {
      isOver = true
    }
    promise.then(over, over)
    await this.#run(this.#nowUs + limitMs * 1_000, () => isOver)
    if (isOver) return promise
    const why = this.#timers.peek() === undefined ? 'nothing is left to happen' : `${limitMs} virtual ms have gone by`
    throw new Error(`what was waited for did not come: ${why}`)
  }

  /** Fires one timer after the other, until the next is due later than `endUs` or it is over. */
  async #run(endUs: number, isOver: () => boolean): Promise<void> {
    await turned()
    for (let step = 1; !isOver(); step += 1) {
      const timer = this.#timers.peek()
      if (timer === undefined || timer.dueUs > endUs) return
      this.#timers.pop()
      this.#nowUs = Math.max(this.#nowUs, timer.dueUs)
      timer.callback?.()
      await (step % STEPS_PER_TURN === 0 ? turned() : settled())
    }
  }
}

/**
 * Everything that can happen without time going by has happened: a tick comes when no microtask is left, however long the
 * chains of promises were. It costs a tenth of a turn of the event loop.
 */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/**
 * A turn of the real event loop, now and then: without one no signal would ever get through. Nothing that is simulated
 * asks for such a turn; what did would be late, but always at the same step.
 */
function turned(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

interface Heap {
  push(timer: Timer): void
  /** The earliest that is not cancelled. */
  peek(): Timer | undefined
  pop(): void
}

/** A binary heap by moment, then by order. Cancelled timers are dropped when they come to the top. */
function createHeap(): Heap {
  const items: Timer[] = []
  const isBefore = (a: Timer, b: Timer): boolean => a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.order < b.order)
  const swap = (a: number, b: number): void => {
    const item = items[a]!
    items[a] = items[b]!
    items[b] = item
  }
  const sink = (): void => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      let least = at
      if (left < items.length && isBefore(items[left]!, items[least]!)) least = left
      if (left + 1 < items.length && isBefore(items[left + 1]!, items[least]!)) least = left + 1
      if (least === at) return
      swap(at, least)
      at = least
    }
  }
  const pop = (): void => {
    const last = items.pop()
    if (last === undefined || items.length === 0) return
    items[0] = last
    sink()
  }
  return {
    push(timer) {
      items.push(timer)
      for (let at = items.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1
        if (!isBefore(items[at]!, items[parent]!)) return
        swap(at, parent)
        at = parent
      }
    },
    peek() {
      while (items[0]?.callback === null) pop()
      return items[0]
    },
    pop,
  }
}
