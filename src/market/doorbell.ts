/**
 * How the consumer learns that there are quotes, without asking all the time.
 *
 *   threads   producer: push, ring()             consumer: asleep ──wake──► onQuotes (one batch) ──► more? next turn
 *                        │                                   ▲                                  └──► none? asleep
 *                        └── notifies only a sleeper ────────┘
 *   inline    producer: push, ring() ──► onQuotes once, when the frames at hand have been pushed ──► more? next turn
 *
 * No wake-up is lost: the consumer says "I sleep" and *then* looks once more; the producer pushes and *then* looks
 * whether somebody sleeps. Both are sequentially consistent, so at least one of them sees the other. A consumer that is
 * awake costs the producer one load and no system call.
 */
import type { RingMemory } from './ring.ts'
import { hasQuotes, SLEEPING } from './ring.ts'

/** The producer's side: rung after every push or every burst of pushes. */
export interface Doorbell {
  ring(): void
}

const AWAKE = 0
const ASLEEP = 1

/** The doorbell between threads. */
export function doorbellOf(memory: RingMemory): Doorbell {
  const words = new Int32Array(memory.counters)
  return {
    ring() {
      if (Atomics.load(words, SLEEPING) !== ASLEEP) return
      if (Atomics.compareExchange(words, SLEEPING, ASLEEP, AWAKE) === ASLEEP) Atomics.notify(words, SLEEPING)
    },
  }
}

/**
 * Calls `onQuotes` once per batch, always from a fresh turn of the event loop, so that sockets get their turn between
 * batches however fast quotes arrive. `onQuotes` empties the ring, or stops early and is called again next turn.
 * Returns the function that ends it; after that `onQuotes` is not called again.
 *
 * A sleeping consumer does not keep its thread alive (`Atomics.waitAsync` holds nothing open): something else, a socket
 * or a timer, has to.
 */
export function waitForQuotes(memory: RingMemory, onQuotes: () => void): () => void {
  const words = new Int32Array(memory.counters)
  let stopped = false

  const look = (): void => {
    if (stopped) return
    Atomics.store(words, SLEEPING, AWAKE)
    onQuotes()
    rest()
  }
  const rest = (): void => {
    if (stopped) return
    Atomics.store(words, SLEEPING, ASLEEP)
    if (hasQuotes(words)) {
      Atomics.store(words, SLEEPING, AWAKE)
      setImmediate(look)
      return
    }
    const wait = Atomics.waitAsync(words, SLEEPING, ASLEEP)
    // A wait that ended before it began means the producer rang between the look and the wait.
    if (wait.async) void wait.value.then(look)
    else setImmediate(look)
  }

  rest()
  return () => {
    stopped = true
    // Ends the pending wait, so that nothing of this ring is left behind in the thread.
    Atomics.store(words, SLEEPING, AWAKE)
    Atomics.notify(words, SLEEPING)
  }
}

/**
 * The doorbell within one thread: `onQuotes` runs once per burst, after the frames of one socket read are pushed. If it
 * stops early it is called again next turn, as between threads. `nextTurn` is the event loop's unless time is somebody else's.
 */
export function inlineDoorbell(
  memory: RingMemory,
  onQuotes: () => void,
  nextTurn: (act: () => void) => void = setImmediate,
): Doorbell {
  const words = new Int32Array(memory.counters)
  let due = false
  const answer = (): void => {
    due = false
    onQuotes()
    if (!hasQuotes(words) || due) return
    due = true
    nextTurn(answer)
  }
  return {
    ring() {
      if (due) return
      due = true
      queueMicrotask(answer)
    },
  }
}
