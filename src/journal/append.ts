/**
 * Writes the journal: one line per event, whole lines only, several processes into one file.
 *
 *   append ─► line ─► buffer ──flush() · timer · buffer full──► one write(2) on O_APPEND ─► file
 *
 * What is written survives the process being killed, since the kernel has it; there is no fsync, so a power cut may
 * take the newest lines. `flush` before an order is sent therefore makes the intent durable against SIGKILL.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { Clock } from '../seams/clock.ts'
import type { EventData, EventType, Writer } from './events.ts'

export interface JournalOptions {
  /** Created if it does not exist, never truncated. */
  readonly path: string
  readonly by: Writer
  readonly clock: Clock
  /** Texts that must never reach the file, whatever the caller appends. */
  readonly secrets?: readonly string[]
  /** How long a line may wait for company, ms. Default 100. */
  readonly flushAfterMs?: number
  /** Characters kept before a write is forced. Default 65,536. */
  readonly bufferChars?: number
}

export interface Journal extends AsyncDisposable {
  /** Writes a fact down, within `flushAfterMs`. Throws after `close`, and when the buffer is full and cannot be written. */
  append<T extends EventType>(type: T, data: EventData[T]): void
  /** Returns when the kernel has every line appended so far. Throws what the file system says. */
  flush(): void
  /** Flushes and closes the file. A second call does nothing. */
  close(): void
}

/** Opens a journal for one writer. Throws when the file cannot be opened. */
export function openJournal(options: JournalOptions): Journal {
  const { clock, by } = options
  const redact = redactor(options.secrets ?? [])
  const flushAfterMs = options.flushAfterMs ?? 100
  const bufferChars = options.bufferChars ?? 65_536
  const fd = openSync(options.path, 'a+')
  let pending = startOfLine(fd)
  let unwritten: Buffer = Buffer.alloc(0)
  let seq = 0
  let cancelTimer: (() => void) | null = null
  let closed = false

  const flush = (): void => {
    cancelTimer?.()
    cancelTimer = null
    if (closed) return
    if (pending !== '') unwritten = Buffer.concat([unwritten, Buffer.from(pending, 'utf8')])
    pending = ''
    // One call as long as the disk has room. When it throws, the rest stays and the next flush goes on from there.
    while (unwritten.length > 0) unwritten = unwritten.subarray(writeSync(fd, unwritten))
  }

  // What the timer cannot write is kept for the next append or flush: their caller can do something about it.
  const flushQuietly = (): void => {
    try {
      flush()
    } catch {
      cancelTimer = null
    }
  }

  const append: Journal['append'] = (type, data) => {
    if (closed) throw new Error(`the journal is closed, yet ${type} was appended`)
    if (pending.length + unwritten.length >= bufferChars) flush()
    seq += 1
    const head = `{"seq":${seq},"at":${Math.round(clock.nowUs())},"by":"${by}","type":"${type}","data":`
    pending += `${head}${redact(JSON.stringify(data))}}\n`
    cancelTimer ??= clock.after(flushAfterMs, flushQuietly)
  }

  const close = (): void => {
    if (closed) return
    try {
      flush()
    } finally {
      closed = true
      closeSync(fd)
    }
  }

  return { append, flush, close, [Symbol.asyncDispose]: async () => close() }
}

/** A file that ends in half a line gets a line break first, so that only the torn line is lost and not ours too. */
function startOfLine(fd: number): string {
  const { size } = fstatSync(fd)
  if (size === 0) return ''
  const last = Buffer.alloc(1)
  readSync(fd, last, 0, 1, size - 1)
  return last[0] === 0x0a ? '' : '\n'
}

/**
 * Takes secrets out of a line of JSON. Looking for them is cheap; only a line that has one is parsed, cleaned value by
 * value (so that no secret can break the line's shape) and written anew.
 */
function redactor(secrets: readonly string[]): (json: string) => string {
  // The longest first, so that one secret inside another leaves no remainder behind.
  const plain = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length)
  const escaped = plain.map((secret) => JSON.stringify(secret).slice(1, -1))
  const clean = (text: string): string => plain.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  const cleanValue = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value)
    if (Array.isArray(value)) return value.map(cleanValue)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), cleanValue(inner)]))
  }
  return (json) =>
    escaped.some((secret) => json.includes(secret)) ? JSON.stringify(cleanValue(JSON.parse(json))) : json
}
