/**
 * Who did what when, in text: the journal and the venue's own books laid onto one clock, both legs in columns of their own.
 *
 *        ms  who       long                                        short
 *    41.270  executor  buy 9 at 600001, entry (sim-t1-0)
 *    41.270  executor                                              sell 9 at 599990, entry (sim-t1-1)
 *    41.270  wire      fault "1 lost": drop create
 *    42.100  venue                                                 took 9 at 599998 (sim-t1-1)
 *
 * A venue's row comes before what we learned at the same moment: it is the cause. The venue's clock is known to a few
 * milliseconds only: its rows are moved back by as much as it takes for none to be heard of before it happened.
 */
import type { JournalEvent, JournalLine } from './events.ts'
import { linesOf, type Run, venueMsAt } from './run.ts'

export interface TimelineEntry {
  /** Monotonic, ms; of the venue's rows by its own clock. */
  readonly atMs: number
  readonly who: 'executor' | 'venue' | 'wire' | 'stream' | 'run'
  /** Null for what concerns no leg, or both. */
  readonly leg: 'long' | 'short' | null
  readonly what: string
}

/** Everything that moved a trade, in the order of time. */
export function timelineOf(run: Run): TimelineEntry[] {
  const legs = new Map<string, 'long' | 'short'>()
  for (const event of run.events) if (event.type === 'order.submitted') legs.set(event.data.clientId, event.data.leg)
  const ours = run.events.flatMap((event) => {
    const told = tell(event)
    if (told === null) return []
    const leg = 'clientId' in event.data && event.data.clientId !== null ? legs.get(event.data.clientId) : undefined
    return [{ atMs: event.at / 1_000, leg: told.who === 'wire' ? null : (leg ?? null), ...told }]
  })
  return [...venueRows(run, legs), ...ours].sort((a, b) => a.atMs - b.atMs)
}

/** The timeline as lines of text. */
export function timelineText(entries: readonly TimelineEntry[]): string {
  const width = Math.max(44, ...entries.filter(({ leg }) => leg === 'long').map(({ what }) => what.length + 2))
  const head = `${'ms'.padStart(10)}  ${'who'.padEnd(8)}  ${'long'.padEnd(width)}short`
  const lines = entries.map(({ atMs, who, leg, what }) => {
    const column = leg === 'short' ? ' '.repeat(width) : ''
    return `${atMs.toFixed(3).padStart(10)}  ${who.padEnd(8)}  ${column}${what}`
  })
  return [head, ...lines].join('\n')
}

/** What the venue itself says happened: orders that came, executions, orders that ended. */
function venueRows(run: Run, legs: ReadonlyMap<string, 'long' | 'short'>): TimelineEntry[] {
  const { started, truth } = run
  if (started === null || truth === null) return []
  const zeroMs = venueMsAt(started, 0) + tooLateMs(run, started)
  const row = (venueMs: number, clientId: string, what: string): TimelineEntry => ({
    atMs: venueMs - zeroMs,
    who: 'venue',
    leg: legs.get(clientId) ?? null,
    what: `${what} (${clientId})`,
  })
  const { orders, executions } = truth.data
  return [
    ...orders.map((order) => row(order.createdMs, order.clientId, `has the order for ${order.lots}`)),
    ...executions.map((one) => row(one.venueMs, one.clientId, `executed ${one.side} ${one.lots} at ${one.priceTicks}`)),
    ...orders
      .filter((order) => order.status !== 'Filled')
      .map((order) => row(order.updatedMs, order.clientId, `${order.status}, filled ${order.filledLots}`)),
  ]
}

/** By how much the venue's clock, as the run knew it, is ahead: some fill was in our books so long before it happened. */
function tooLateMs(run: Run, started: JournalLine<'run.started'>): number {
  const heard = new Map<string, number>()
  for (const { data, at } of linesOf(run, 'order.filled')) if (!heard.has(data.execId)) heard.set(data.execId, at)
  const executed = run.truth?.data.executions ?? []
  const late = executed.map(
    ({ execId, venueMs }) => venueMs - venueMsAt(started, heard.get(execId) ?? Number.POSITIVE_INFINITY),
  )
  return Math.max(0, ...late)
}

type Told = Pick<TimelineEntry, 'who' | 'what'>

/** Null for what moves nothing: measurements, marks, books that agree. */
function tell(event: JournalEvent): Told | null {
  if (event.type.startsWith('order.')) return tellOrder(event)
  if (event.type.startsWith('trade.')) return tellTrade(event)
  if (event.type.startsWith('stream.') || event.type === 'frame.refused') return tellStream(event)
  switch (event.type) {
    case 'fault.applied':
      return { who: 'wire', what: faultText(event) }
    case 'run.warned':
      return { who: 'run', what: `warned: ${event.data.message}` }
    case 'run.stopping':
      return { who: 'run', what: `stopping: ${event.data.reason}` }
    case 'entries.halted':
      return { who: 'run', what: `no more entries: ${event.data.reason}` }
    case 'reconciled':
      return {
        who: 'executor',
        what: `reconciled (${event.data.cause}): ${event.data.fillsRecovered} fills recovered`,
      }
    case 'run.finished':
      return { who: 'run', what: `ended with ${event.data.exitCode}: ${event.data.reason}` }
    default:
      return null
  }
}

function faultText({ data }: JournalLine<'fault.applied'>): string {
  const order = data.clientId === null ? '' : ` (${data.clientId})`
  return `fault "${data.name}": ${data.verdict}, ${data.party} ${data.op}${order}`
}

function tellOrder(event: JournalEvent): Told | null {
  const by = (what: string, clientId: string): Told => ({ who: 'executor', what: `${what} (${clientId})` })
  switch (event.type) {
    case 'order.submitted': {
      const { clientId, side, lots, priceTicks, purpose, reduceOnly, closeAll } = event.data
      const price = priceTicks === null ? 'at market' : `at ${priceTicks}`
      const how = `${purpose}${reduceOnly ? ', reduce-only' : ''}${closeAll ? ', close all' : ''}`
      return by(`sends ${side} ${lots} ${price}, ${how}`, clientId)
    }
    case 'order.acknowledged':
      return by('hears: taken in', event.data.clientId)
    case 'order.refused':
      return by(`hears: refused, ${event.data.code} ${event.data.reason}`, event.data.clientId)
    case 'order.unknown':
      return by(`knows nothing: ${event.data.reason}`, event.data.clientId)
    case 'order.absent':
      return by('has proof: never arrived', event.data.clientId)
    case 'order.cancelled':
      return by('hears: cancel taken in', event.data.clientId)
    case 'order.cancelRefused':
      return by(`hears: cancel refused, ${event.data.code}`, event.data.clientId)
    case 'order.queried':
      return by(`asked the books: ${event.data.found}`, event.data.clientId)
    case 'order.ended':
      return by(`books the end: ${event.data.how}, filled ${event.data.filledLots}`, event.data.clientId)
    case 'order.filled':
      return by(`books ${event.data.lots} at ${event.data.priceTicks}, by ${event.data.from}`, event.data.clientId)
    default:
      return null
  }
}

function tellTrade(event: JournalEvent): Told | null {
  const by = (what: string): Told => ({ who: 'executor', what })
  switch (event.type) {
    case 'trade.planned':
      return by(`plans ${event.data.tradeId}: ${event.data.lots} lots of ${event.data.symbol} on each leg`)
    case 'trade.hedged':
      return by(`${event.data.tradeId} is hedged with ${event.data.lots} lots`)
    case 'trade.failed':
      return by(`${event.data.tradeId} has failed: ${event.data.reason}`)
    case 'trade.closing':
      return by(`closes ${event.data.tradeId}: ${event.data.reason}`)
    case 'trade.flat':
      return by(`${event.data.tradeId} is flat: ${event.data.reason}`)
    case 'trade.halted': {
      const { tradeId, longLots, shortLots, reason } = event.data
      return by(`halts ${tradeId} with long ${longLots}, short ${shortLots}: ${reason}`)
    }
    default:
      return null
  }
}

function tellStream(event: JournalEvent): Told | null {
  switch (event.type) {
    case 'stream.opened':
      return { who: 'stream', what: `${event.data.stream} opened` }
    case 'stream.closed':
      return { who: 'stream', what: `${event.data.stream} closed: ${event.data.code} ${event.data.reason}`.trim() }
    case 'stream.gap':
      return {
        who: 'stream',
        what: `${event.data.stream} is back after ${((event.data.toUs - event.data.fromUs) / 1_000).toFixed(0)} ms`,
      }
    case 'frame.refused':
      return { who: 'stream', what: `${event.data.stream} frame not understood: ${event.data.why}` }
    default:
      return null
  }
}
