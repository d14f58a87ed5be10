/**
 * What happens next, in the order of its own time, however seldom anybody asks.
 *
 *   market BTC 12.3 ─┐
 *   refill ETH 12.5 ─┼─► runUntil(20) runs 12.3, 12.5, 17.0 … each with its own time as now
 *   feed   BTC 17.0 ─┘
 *
 * A binary heap of sources. Equal times run by rank, so two venues of the same world agree to the byte.
 */
export interface Source {
  /** When `run` is to be called next, ms; Infinity is never. Change it through `Agenda.schedule` only. */
  nextMs: number
  /** Place in the heap; the agenda's own. */
  heapAt: number
  readonly rank: number
  /** Does what is due and answers when it wants to run next: later than `atMs`, or Infinity. */
  run(atMs: number): number
}

/** A source that waits until it is scheduled, or from `nextMs` on. */
export function sourceOf(rank: number, run: Source['run'], nextMs = Number.POSITIVE_INFINITY): Source {
  return { nextMs, heapAt: -1, rank, run }
}

export interface Agenda {
  add(source: Source): void
  remove(source: Source): void
  /** Moves a source to another time. */
  schedule(source: Source, nextMs: number): void
  nextMs(): number
  /** Runs everything due by `nowMs`, calling `after` with each moment once its work is done. */
  runUntil(nowMs: number, after: (atMs: number) => void): void
}

export function createAgenda(): Agenda {
  const heap: Source[] = []

  const place = (source: Source, at: number): void => {
    heap[at] = source
    source.heapAt = at
  }
  const up = (source: Source): void => {
    let at = source.heapAt
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]!
      if (!earlier(source, parent)) break
      place(parent, at)
      at = parentAt
    }
    place(source, at)
  }
  const down = (source: Source): void => {
    let at = source.heapAt
    for (;;) {
      const left = 2 * at + 1
      if (left >= heap.length) break
      const right = left + 1
      const childAt = right < heap.length && earlier(heap[right]!, heap[left]!) ? right : left
      const child = heap[childAt]!
      if (!earlier(child, source)) break
      place(child, at)
      at = childAt
    }
    place(source, at)
  }
  const settle = (source: Source): void => {
    up(source)
    down(source)
  }

  return {
    add: (source) => {
      place(source, heap.length)
      up(source)
    },
    remove: (source) => {
      const last = heap.pop()!
      if (last !== source) {
        place(last, source.heapAt)
        settle(last)
      }
      source.heapAt = -1
    },
    schedule: (source, nextMs) => {
      source.nextMs = nextMs
      if (source.heapAt >= 0) settle(source)
    },
    nextMs: () => heap[0]?.nextMs ?? Number.POSITIVE_INFINITY,
    runUntil: (nowMs, after) => {
      for (;;) {
        const source = heap[0]
        if (source === undefined || source.nextMs > nowMs) return
        const atMs = source.nextMs
        // The source keeps its old place, the first, while it runs: it may reschedule others meanwhile.
        const nextMs = source.run(atMs)
        source.nextMs = nextMs
        if (source.heapAt >= 0) settle(source)
        after(atMs)
      }
    },
  }
}

function earlier(one: Source, other: Source): boolean {
  return one.nextMs < other.nextMs || (one.nextMs === other.nextMs && one.rank < other.rank)
}
