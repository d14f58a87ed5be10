/**
 * Our books beside the venue's: at the start, after every private gap, on a timer, at quiet points, and at the end.
 *
 * The private stream replays nothing, so whatever happened during a gap is only in the venue's books. They are asked
 * in the order orders ─► executions, since a fill seen twice is ignored and one never seen is lost; positions are held
 * against the books at the next quiet point.
 */
import type { PositionRow, VenueExecutionRow } from '../domain/rows.ts'
import type { UnderWay } from '../journal/compared.ts'
import type { Clock } from '../seams/clock.ts'
import type { Outcome } from '../venue/gateway.ts'
import { throughLimit } from '../venue/paging.ts'
import type { Executor } from './executor.ts'
import type { ExecutionPorts } from './ports.ts'
import type { TradeRun } from './trade-run.ts'

export interface Baseline {
  readonly positions: readonly PositionRow[]
  readonly openOrders: readonly { readonly symbol: string; readonly venueOrderId: string }[]
  readonly refusedSymbols: readonly string[]
}

/** What the account holds before us. A symbol with anything in it is refused by name and never touched (D19). */
export async function takeBaseline(ports: ExecutionPorts): Promise<Baseline> {
  const symbols = symbolsOf(ports)
  const { clock, gateway } = ports
  const held = await knownAtStart(clock, () => gateway.positions(symbols), 'positions at start')
  const positions = held.filter((row) => row.lots > 0)
  const orders = await knownAtStart(clock, () => gateway.openOrders(symbols), 'open orders at start')
  const openOrders = orders.map(({ symbol, venueOrderId }) => ({ symbol, venueOrderId }))
  const refused = new Set([...positions, ...openOrders].map((row) => row.symbol))
  return { positions, openOrders, refusedSymbols: [...refused] }
}

/** The answer, or why there is none, thrown. A recovery may just have used up what may be asked in a second: nobody is in a hurry yet. */
export async function knownAtStart<T>(clock: Clock, ask: () => Promise<Outcome<T>>, what: string): Promise<T> {
  return known(await throughLimit(clock, ask), what)
}

/** Executions are asked for from so long before the gap: the venue's clock and ours differ a little, ms. */
const OVERLAP_MS = 2_000

/** Fetches what was missed since a moment of the venue's clock. Facts already known change nothing. */
export async function reconcile(
  ports: ExecutionPorts,
  executor: Executor,
  { cause, sinceVenueMs }: { readonly cause: string; readonly sinceVenueMs: number },
): Promise<boolean> {
  const startUs = ports.clock.nowUs()
  let fillsRecovered = 0
  const asked = await Promise.all(executor.books.open().map((run) => run.inquireOpen()))
  const executions = await ports.gateway.executionsSince(symbolsOf(ports), sinceVenueMs - OVERLAP_MS)
  if (executions.kind === 'done') {
    for (const row of executions.value) {
      if (executor.books.byClientId(row.clientId)?.onExecution(row, 'reconcile') === true) fillsRecovered += 1
    }
  }
  ports.metrics.count('reconciles')
  ports.journal.append('reconciled', {
    cause,
    ordersAsked: asked.reduce((sum, count) => sum + count, 0),
    fillsRecovered,
    tookMs: (ports.clock.nowUs() - startUs) / 1000,
  })
  return executions.kind === 'done'
}

/** Younger rows are the stream's to tell, and the venue's reads may lag them, ms. */
const YOUNG_MS = 250

/**
 * The look on a timer (P4, P5): a private stream may keep its heartbeat and withhold fills, also of an order that rests
 * and that nobody has reason to ask about. Executions since the last look and open orders, one read each; what both
 * books agree on changes nothing and is not written down. Nothing to find, nothing asked: no trade, no look.
 */
export function createTimedReconcile(
  ports: ExecutionPorts,
  executor: Executor,
  mayRead: () => boolean,
): () => Promise<void> {
  const { gateway, clock, journal, metrics } = ports
  let sinceVenueMs = gateway.venueNowMs()
  let isLooking = false
  const look = async (): Promise<void> => {
    const startUs = clock.nowUs()
    const untilVenueMs = gateway.venueNowMs() - YOUNG_MS
    const [orders, executions] = await Promise.all([
      gateway.openOrders(symbolsOf(ports)),
      gateway.executionsSince(symbolsOf(ports), sinceVenueMs - YOUNG_MS),
    ])
    if (orders.kind !== 'done' || executions.kind !== 'done') return // the next look begins at the same moment
    sinceVenueMs = untilVenueMs
    let fillsRecovered = 0
    for (const row of executions.value) {
      const run = executor.books.byClientId(row.clientId)
      if (run === undefined || row.venueMs > untilVenueMs || knows(run, row)) continue
      if (run.onExecution(row, 'reconcile')) fillsRecovered += 1
    }
    for (const row of orders.value) {
      if (row.updatedMs <= untilVenueMs) executor.books.byClientId(row.clientId)?.onOrderRow(row)
    }
    metrics.count('reconciles')
    if (fillsRecovered === 0) return
    const tookMs = (clock.nowUs() - startUs) / 1000
    journal.append('reconciled', { cause: 'timer', ordersAsked: 0, fillsRecovered, tookMs })
  }
  return async () => {
    if (executor.books.isEmpty) sinceVenueMs = gateway.venueNowMs()
    if (isLooking || executor.books.isEmpty || !mayRead()) return
    isLooking = true
    await look().finally(() => {
      isLooking = false
    })
  }
}

function knows({ trade }: TradeRun, { execId }: VenueExecutionRow): boolean {
  return trade.orders.some((order) => order.fills.some((fill) => fill.execId === execId))
}

/**
 * `not compared`: an order was sent meanwhile, or the venue did not answer; the two would be of different moments. Or the
 * answer is not wanted any more: what the final sweep sends is in our books only when it is over.
 */
export type Comparison = 'agree' | 'differ' | 'not compared'

/**
 * Our books beside the venue's (P9). A symbol with orders under way may hold anything between what it has without them
 * and with all of them; one in which an order was sent, or a fill came late, while the venue was asked is left out.
 * Nothing is written when none is left.
 */
export async function compareBooks(
  ports: ExecutionPorts,
  executor: Executor,
  refused: readonly string[],
  isWanted: () => boolean = () => true,
): Promise<Comparison> {
  const before = standOf(ports, executor)
  const answer = await ports.gateway.positions(symbolsOf(ports))
  if (answer.kind !== 'done' || !isWanted()) return 'not compared'
  const after = standOf(ports, executor)
  const compared = symbolsOf(ports).filter((symbol) => before.get(symbol)!.text === after.get(symbol)!.text)
  if (compared.length === 0) return 'not compared'
  const mine = (row: PositionRow): boolean =>
    row.lots !== 0 && compared.includes(row.symbol) && !refused.includes(row.symbol)
  const ours = [...before.values()].flatMap(({ held }) => held).filter(mine)
  const venue = answer.value.filter(mine)
  const underWay = compared.flatMap((symbol) => before.get(symbol)!.underWay)
  ports.journal.append('books.compared', { ours, venue, ...(underWay.length > 0 && { underWay }) })
  return samePositions(ours, venue, underWay) ? 'agree' : 'differ'
}

interface Stand {
  readonly held: readonly PositionRow[]
  readonly underWay: readonly UnderWay[]
  /** What must not change while the venue is asked. */
  readonly text: string
}

function standOf(ports: ExecutionPorts, { books }: Executor): Map<string, Stand> {
  const stands = symbolsOf(ports).map((symbol): [string, Stand] => {
    const held = books.positions([symbol])
    const underWay = books.underWay(symbol)
    // Fills of orders under way are expected; others make it another stand.
    const settled = underWay.length === 0 ? held : []
    return [symbol, { held, underWay, text: JSON.stringify([books.ordersText(symbol), settled]) }]
  })
  return new Map(stands)
}

/** The last comparison of a run is asked for so often: a run must not end well without it. */
const LAST_LOOKS_MAX = 5
/** The pause between two looks at the venue's books. */
export const LOOK_AGAIN_MS = 500

/** As `compareBooks`, but a venue that does not answer is asked again. */
export function compareAtEnd(
  ports: ExecutionPorts,
  executor: Executor,
  refused: readonly string[],
): Promise<Comparison> {
  return untilCompared(ports, executor, LAST_LOOKS_MAX, () => compareBooks(ports, executor, refused))
}

/** Compares until the venue answers, so often at most. Books that are not quiet will not become so. */
export async function untilCompared(
  { clock }: ExecutionPorts,
  { books }: Executor,
  looksMax: number,
  compare: () => Promise<Comparison>,
): Promise<Comparison> {
  for (let look = 1; ; look += 1) {
    if (!books.quiet) return 'not compared'
    const comparison = await compare()
    if (comparison !== 'not compared' || look === looksMax || !books.quiet) return comparison
    await clock.sleep(LOOK_AGAIN_MS)
  }
}

function samePositions(
  ours: readonly PositionRow[],
  venue: readonly PositionRow[],
  underWay: readonly UnderWay[],
): boolean {
  const key = (row: Pick<PositionRow, 'symbol' | 'idx'>): string => `${row.symbol}/${row.idx}`
  const lotsOf = (rows: readonly PositionRow[], leg: string): number => rows.find((row) => key(row) === leg)?.lots ?? 0
  return [...new Set([...ours, ...venue].map(key))].every((leg) => {
    const { belowLots = 0, aboveLots = 0 } = underWay.find((each) => key(each) === leg) ?? {}
    const more = lotsOf(venue, leg) - lotsOf(ours, leg)
    return -belowLots <= more && more <= aboveLots
  })
}

export function symbolsOf(ports: ExecutionPorts): string[] {
  return ports.instruments.map((instrument) => instrument.symbol)
}

/** The value, or an error that says what could not be read: without it a run must not start. */
export function known<T>(outcome: Outcome<T>, what: string): T {
  if (outcome.kind === 'done') return outcome.value
  throw new Error(`could not read ${what}: ${outcome.kind} ${outcome.code} ${outcome.reason}`)
}
