/**
 * A journal that stays in memory: the same lines as the file's (journal/append.ts), in the order they were written.
 */
import type { Journal } from '../journal/append.ts'
import type { EventData, EventType, Writer } from '../journal/events.ts'
import type { Clock } from '../seams/clock.ts'

export interface MemoryJournal {
  /** Lines of one writer, which counts for itself. */
  writer(by: Writer): Journal
  /** Every line so far, without its line break. */
  readonly lines: readonly string[]
  /** The same as the file would hold it. */
  text(): string
}

export function createMemoryJournal(clock: Clock): MemoryJournal {
  const lines: string[] = []
  return {
    writer(by) {
      let seq = 0
      let closed = false
      const append = <T extends EventType>(type: T, data: EventData[T]): void => {
        if (closed) throw new Error(`the journal is closed, yet ${type} was appended`)
        seq += 1
        lines.push(JSON.stringify({ seq, at: Math.round(clock.nowUs()), by, type, data }))
      }
      const close = (): void => {
        closed = true
      }
      return { append, flush: () => undefined, close, [Symbol.asyncDispose]: async () => close() }
    },
    lines,
    text: () => lines.map((line) => `${line}\n`).join(''),
  }
}
