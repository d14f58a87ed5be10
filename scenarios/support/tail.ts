/**
 * Watches a journal grow: what a scenario waits for is something that was written down.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import type { EventType, JournalEvent, JournalLine } from '../../src/journal/events.ts'
import { systemClock } from '../../src/seams/clock.ts'

const LOOK_EVERY_MS = 10
/** How long a scenario waits for what must come. A claim about nothing: what must be quick is measured, and judged as a budget. */
export const PATIENCE_MS = 60_000
const CHUNK_BYTES = 1 << 20

export class JournalTail {
  readonly #path: string
  readonly #events: JournalEvent[] = []
  readonly #chunk = Buffer.alloc(CHUNK_BYTES)
  #offset = 0
  #rest = ''

  constructor(path: string) {
    this.#path = path
  }

  /** Everything written so far. */
  events(): readonly JournalEvent[] {
    this.#read()
    return this.#events
  }

  /** All lines of a type so far. */
  of<T extends EventType>(type: T): JournalLine<T>[] {
    return this.events().filter((event): event is JournalEvent & JournalLine<T> => event.type === type)
  }

  /** The first line of a type that fits, waited for. Fails with what was written instead. */
  async until<T extends EventType>(
    type: T,
    fits: (line: JournalLine<T>) => boolean = () => true,
  ): Promise<JournalLine<T>> {
    const deadlineUs = systemClock.nowUs() + PATIENCE_MS * 1000
    for (;;) {
      const found = this.of(type).find(fits)
      if (found !== undefined) return found
      if (systemClock.nowUs() > deadlineUs)
        throw new Error(`no ${type} within ${PATIENCE_MS} ms; last: ${this.#last()}`)
      await systemClock.sleep(LOOK_EVERY_MS)
    }
  }

  #last(): string {
    return this.#events
      .slice(-8)
      .map((event) => JSON.stringify(event).slice(0, 160))
      .join('\n')
  }

  #read(): void {
    if (!existsSync(this.#path)) return
    const fd = openSync(this.#path, 'r')
    try {
      for (;;) {
        const read = readSync(fd, this.#chunk, 0, CHUNK_BYTES, this.#offset)
        if (read === 0) return
        this.#offset += read
        this.#take(this.#chunk.toString('utf8', 0, read))
      }
    } finally {
      closeSync(fd)
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') this.#events.push(JSON.parse(line) as JournalEvent)
  }
}
