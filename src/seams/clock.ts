/**
 * Time enters here and nowhere else.
 */
export interface Clock {
  /** Monotonic time, µs (fraction kept). Comparable between threads and processes of one machine. */
  nowUs(): number
  /** Wall time, ms since 1970. Only for what the venue compares with its own clock. */
  wallMs(): number
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void
}

/** The machine's clocks. */
export const systemClock: Clock = {
  nowUs: monotonicUs,
  wallMs: () => Date.now(),
  sleep,
  after,
}

function monotonicUs(): number {
  const [seconds, nanos] = process.hrtime()
  return seconds * 1e6 + nanos / 1e3
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal?.addEventListener('abort', finish)
  })
}

function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
