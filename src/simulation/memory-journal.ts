/**
 * A journal that stays in memory: the same lines as the file's (journal/append.ts), in the order they were written. They are
 * kept as values and become text when somebody wants to read it.
 */
import type { Journal } from '../journal/append.ts'
import type { EventData, EventType, JournalEvent, Writer } from '../journal/events.ts'
import type { Clock } from '../seams/clock.ts'

export interface MemoryJournal {
  /** Lines of one writer, which counts for itself. */
  writer(by: Writer): Journal
  /** Every line so far, as a reader of the text would parse it. */
  readonly events: readonly JournalEvent[]
  /** The same as the file would hold it. */
  text(): string
}

export function createMemoryJournal(clock: Clock): MemoryJournal {
  const events: JournalEvent[] = []
  return {
    writer(by) {
      let seq = 0
      let closed = false
      const append = <T extends EventType>(type: T, data: EventData[T]): void => {
        if (closed) throw new Error(`the journal is closed, yet ${type} was appended`)
        seq += 1
        const line = { seq, at: Math.round(clock.nowUs()), by, type, data: asParsed(data) }
        events.push(line as unknown as JournalEvent)
      }
      const close = (): void => {
        closed = true
      }
      return { append, flush: () => undefined, close, [Symbol.asyncDispose]: async () => close() }
    },
    events,
    text: () => events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  }
}

/** What `JSON.parse(JSON.stringify(value))` gives, for plain data: a copy that its writer can change no more. */
export function asParsed(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => (item === undefined ? null : asParsed(item)))
  const copy: Record<string, unknown> = {}
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key]
    if (inner !== undefined) copy[key] = asParsed(inner)
  }
  return copy
}
