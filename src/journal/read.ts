/**
 * Reads a journal file into a run.
 *
 *   file ─► lines ─► zod per type ─► order of time ─► groups
 *             └─ torn, malformed, missing: named by line number, and the run is not complete
 *
 * Nothing here throws at what a file says. Only a file that cannot be opened throws.
 */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import type { EventType, JournalEvent } from './events.ts'
import { groupEvents } from './group.ts'
import type { JournalProblem, Run, UnknownLine } from './run.ts'
import { eventSchemas, lineSchema } from './schemas.ts'

/** Reads the journal at `path`. Throws what the file system says when it cannot be read. */
export function readJournal(path: string): Run {
  return parseJournal(readFileSync(path, 'utf8'), path)
}

/** The same from text already read; `path` is only for messages. */
export function parseJournal(text: string, path: string): Run {
  return runOf(parseLines(text), path)
}

/** The same from what this process has just written itself: whole, and not checked against the schemas. */
export function readOwnEvents(events: readonly JournalEvent[], path: string): Run {
  return runOf({ events: [...events], unknownLines: [], problems: [], torn: false }, path)
}

function runOf({ events, unknownLines, problems, torn }: ParsedLines, path: string): Run {
  const ordered = inOrderOfTime(events)
  const groups = groupEvents(ordered)
  const found = [...problems, ...missingLines([...events, ...unknownLines]), ...beginAndEnd(ordered)]
  return {
    path,
    ...groups,
    events: ordered,
    unknownLines,
    unknownTypes: countTypes(unknownLines),
    problems: found,
    torn,
    complete: found.length === 0,
  }
}

interface ParsedLines {
  readonly events: JournalEvent[]
  readonly unknownLines: UnknownLine[]
  readonly problems: JournalProblem[]
  readonly torn: boolean
}

function parseLines(text: string): ParsedLines {
  const parsed = { events: [] as JournalEvent[], unknownLines: [] as UnknownLine[], problems: [] as JournalProblem[] }
  const lines = text.split('\n')
  // Every whole line ends in a line break, so what follows the last one is nothing, or half a line.
  const rest = lines.pop() ?? ''
  lines.forEach((line, index) => {
    if (line !== '') parseLine(line, index + 1, parsed)
  })
  const torn = rest !== ''
  if (torn) parsed.problems.push({ line: lines.length + 1, what: 'the last line is torn: its end was never written' })
  return { ...parsed, torn }
}

function parseLine(line: string, number: number, into: Omit<ParsedLines, 'torn'>): void {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    into.problems.push({ line: number, what: `not JSON: ${shorten(line)}` })
    return
  }
  const envelope = lineSchema.safeParse(value)
  if (!envelope.success) {
    into.problems.push({ line: number, what: `not a journal line: ${issuesOf(envelope.error)}` })
    return
  }
  const { type, data } = envelope.data
  if (!isEventType(type)) {
    into.unknownLines.push({ ...envelope.data, data })
    return
  }
  const checked = eventSchemas[type].safeParse(data)
  if (checked.success) into.events.push(value as JournalEvent)
  else into.problems.push({ line: number, what: `${type}: ${issuesOf(checked.error)}` })
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventSchemas, type)
}

/**
 * Writers buffer, so a shared file is not in the order of time. Lines of one moment stay as they are in the file.
 */
function inOrderOfTime(events: readonly JournalEvent[]): JournalEvent[] {
  return events.toSorted((a, b) => a.at - b.at)
}

/**
 * Lines that were written by their numbers but are not in the file. A writer may open the journal more than once, each
 * time counting anew, so a number may occur as often as the one before it, and no more. A writer with several threads
 * counts each from a million times its number on.
 */
function missingLines(lines: readonly Pick<UnknownLine, 'by' | 'seq'>[]): JournalProblem[] {
  const seen = new Map<string, Map<number, number>>()
  for (const { by, seq } of lines) {
    const counts = seen.get(by) ?? new Map<number, number>()
    counts.set(seq, (counts.get(seq) ?? 0) + 1)
    seen.set(by, counts)
  }
  return [...seen].flatMap(([by, counts]) =>
    [...counts]
      .filter(([seq, times]) => (seq - 1) % 1_000_000 !== 0 && times > (counts.get(seq - 1) ?? 0))
      .map(([seq]) => ({ line: null, what: `line ${seq - 1} of writer ${by} is missing` })),
  )
}

function beginAndEnd(events: readonly JournalEvent[]): JournalProblem[] {
  const count = (type: EventType): number => events.reduce((sum, event) => sum + (event.type === type ? 1 : 0), 0)
  // A journal is a run's or a venue's.
  const whose = count('venue.started') > 0 ? 'venue' : 'run'
  const started = count(`${whose}.started`)
  const problems: JournalProblem[] = []
  if (started === 0) problems.push({ line: null, what: `${whose}.started is missing` })
  if (started > 1) problems.push({ line: null, what: `holds ${started} runs; a journal holds one` })
  if (count(`${whose}.finished`) === 0)
    problems.push({ line: null, what: `${whose}.finished is missing: the journal is cut off` })
  return problems
}

function countTypes(lines: readonly UnknownLine[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(lines, ({ type }) => type)].map(([type, same]) => [type, same.length]))
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`).join('; ')
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
