/**
 * The run: wires the road together, keeps its timers, and brings it to an end that can be answered for.
 *
 *   feed thread ─► ring ─► intake ─► strategy ─► executor ⇄ rest            private stream ─► executor
 *                                                   └► monitor ─► exits      gap ─► reconcile
 *
 *   start: clock, instruments, what a killed run left, baseline (D19), hedge mode (D3), private stream, feed
 *   stop:  no entries ─► close every trade ─► sweep ─► verified flat ─► summary, exit code
 */
import { arrivalMaxMs } from './config.ts'
import { notionalUsd } from './domain/instrument.ts'
import { RECOVERY_TRADE, SWEEP_TRADE } from './domain/leftover.ts'
import { nakedLots } from './domain/trade.ts'
import { createTimedReconcile, reconcile } from './execution/reconcile.ts'
import { RecoveryError } from './execution/recover.ts'
import type { SweepOptions } from './execution/sweep.ts'
import { booksOf, sweep } from './execution/sweep.ts'
import { lineText, summaryText } from './metrics/text.ts'
import type { Road } from './road.ts'
import { buildRoad } from './road.ts'
import { endText, leftOpen, openTrades, unsettledOrders } from './run-end.ts'
import type { LeftOpen, Progress, RunResult, RuntimeOptions } from './runtime-types.ts'

export interface Runtime {
  /** Resolves when the run trades. Rejects with what could not be had; the run must then be stopped. */
  start(): Promise<void>
  /** Closes everything and ends the run; repeated calls change nothing. */
  stop(reason: string, exitCode?: number): Promise<RunResult>
  /** Ends at once; says what stays open and returns the exit code. */
  abandon(reason: string): number
  /** Resolves when the run has ended, however that came about. */
  readonly finished: Promise<RunResult>
}

/** How often what is due by time alone is looked at, ms. */
const TICK_MS = 50
const PROGRESS_EVERY_MS = 250
const SNAPSHOT_EVERY_MS = 1_000
const COMPARE_EVERY_MS = 5_000
const LINE_EVERY_MS = 60_000
const CLOCK_SYNC_EVERY_MS = 30_000
/** Fills are asked for over so long before the sweep, ms; older ones have been held against the venue's positions. */
const SWEEP_LOOKS_BACK_MS = 600_000
/** Beyond the bounds of its orders a trade gets so long to close before the sweep takes over, ms. */
const CLOSE_GRACE_MS = 1_000

export function createRuntime(options: RuntimeOptions): Runtime {
  return new Run(options)
}

class Run implements Runtime {
  readonly finished: Promise<RunResult>
  readonly #options: RuntimeOptions
  readonly #resolve: (result: RunResult) => void
  readonly #timers: (() => void)[] = []
  #road: Road | null = null
  #starting: Promise<void> | null = null
  #stopping: Promise<RunResult> | null = null
  #exitCode = 0
  #lastPopped = { atUs: 0, count: 0 }

  constructor(options: RuntimeOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<RunResult>()
    this.finished = promise
    this.#resolve = resolve
  }

  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  async #start(): Promise<void> {
    const { clock, config } = this.#options
    this.#road = await buildRoad({
      ...this.#options,
      onHalted: (reason) => {
        this.#options.print(`HALTED: ${reason}`)
        void this.stop(`halted: ${reason}`)
      },
      onEnded: () => this.#afterTrade(),
    })
    if (this.#stopping !== null) return
    this.#every(TICK_MS, () => this.#road?.monitor.onTime())
    this.#every(PROGRESS_EVERY_MS, () => this.#options.onProgress?.(this.#progress()))
    this.#every(SNAPSHOT_EVERY_MS, () => this.#snapshot())
    const { ports, executor, rest, agreement } = this.#road
    this.#every(COMPARE_EVERY_MS, () => void agreement.look())
    const reconcileNow = createTimedReconcile(ports, executor, rest.limits.mayLook)
    this.#every(config.reconcileIntervalMs, () => void reconcileNow())
    this.#every(LINE_EVERY_MS, () => this.#options.print(lineText(this.#road!.snapshot({ distributions: false }))))
    this.#every(CLOCK_SYNC_EVERY_MS, () => void this.#road?.rest.syncClock())
    if (config.durationMs !== null) {
      this.#timers.push(clock.after(config.durationMs, () => void this.stop('duration reached')))
    }
  }

  #every(ms: number, act: () => void): void {
    const slot = this.#timers.length
    const again = (): void => {
      this.#timers[slot] = this.#options.clock.after(ms, () => {
        act()
        again()
      })
    }
    this.#timers.push(() => {})
    again()
  }

  #afterTrade(): void {
    const { maxTrades } = this.#options.config
    const { executor } = this.#road!
    if (maxTrades !== null && executor.tradesStarted >= maxTrades && executor.books.openCount === 0) {
      void this.stop('max trades reached')
    }
  }

  #snapshot(): void {
    this.#road?.executor.prune()
    const snapshot = this.#road?.snapshot({ distributions: false })
    if (snapshot !== undefined) this.#options.journal.append('metrics.snapshot', snapshot)
  }

  #progress(): Progress {
    const road = this.#road!
    const nowUs = this.#options.clock.nowUs()
    const count = road.metrics.value('updatesPopped')
    const quotesPerSecond = ((count - this.#lastPopped.count) * 1e6) / Math.max(1, nowUs - this.#lastPopped.atUs)
    this.#lastPopped = { atUs: nowUs, count }
    return {
      elapsedMs: (nowUs - road.startedUs) / 1000,
      quotesPerSecond,
      opportunities: road.metrics.value('opportunitiesGenerated'),
      trades: road.executor.tradesStarted,
      openTrades: road.executor.books.openCount,
      nakedUsd: nakedUsd(road),
      endToEndP99Us: road.metrics.stageSummary('endToEnd').p99Us,
    }
  }

  stop(reason: string, exitCode = 0): Promise<RunResult> {
    this.#exitCode = Math.max(this.#exitCode, exitCode) // what goes wrong while stopping counts as well
    this.#stopping ??= this.#stop(reason).catch((error: unknown) => {
      this.#say(`internal error while stopping: ${error instanceof Error ? error.message : String(error)}`)
      return this.#finish({ reason, left: null, resting: null })
    })
    return this.#stopping
  }

  async #stop(reason: string): Promise<RunResult> {
    const { journal, clock } = this.#options
    this.#say(`stopping: ${reason}`)
    journal.append('run.stopping', { reason })
    const failure: unknown = await this.#starting?.catch((error: unknown) => error)
    const road = this.#road
    if (road === null) {
      this.#exitCode ||= 1
      // Asked to stop while it was starting: why it could not start must not be lost.
      if (failure instanceof Error && !reason.includes(failure.message)) this.#warn(failure.message)
      const left = failure instanceof RecoveryError ? failure.left : []
      return this.#finish({ reason, left: leftOpen(left, () => RECOVERY_TRADE), resting: [] })
    }
    const { ports, executor, baseline } = road
    road.agreement.pause()
    executor.closeAll('shutdown')
    // A halted trade is naked now: it is swept beside the closing of the others, not after it.
    const [sentBefore] = await Promise.all([
      this.#sweepHalted(road),
      this.#untilClosed(road, clock.nowUs() / 1000 + this.#closeBoundMs()),
    ])
    // The books must be as complete as they can be before anything is judged to be ours or not.
    const nowMs = ports.gateway.venueNowMs()
    const sinceStartMs = (clock.nowUs() - road.startedUs) / 1000
    const openBefore = executor.books.openCount
    await reconcile(ports, executor, {
      cause: 'before the sweep',
      sinceVenueMs: nowMs - Math.min(sinceStartMs, SWEEP_LOOKS_BACK_MS),
    })
    // A fill that only the books told opens a flat trade again: what it sends for that is its own to see through.
    if (executor.books.openCount > openBefore) {
      await this.#untilClosed(road, clock.nowUs() / 1000 + this.#closeBoundMs())
    }
    executor.handOver()
    const swept = await sweep({ ...this.#sweepOptions(road), refused: baseline.refusedSymbols, sentBefore })
    const agrees = await road.agreement.atEnd()
    for (const stop of this.#timers) stop()
    await road.close()
    const isWell = sentBefore + swept.ordersSent + swept.strangers.length === 0 && agrees
    if (executor.halted !== null || !isWell) this.#exitCode ||= 1
    const left = leftOpen(swept.left, (symbol) => executor.books.bySymbol(symbol)?.trade.id)
    return this.#finish({ reason, left, resting: swept.resting })
  }

  /** Flattens the symbols of trades that are halted and at rest; returns how many orders that took. */
  async #sweepHalted(road: Road): Promise<number> {
    const halted = road.executor.books.open().filter((run) => run.phase === 'halted' && run.quiet)
    if (halted.length === 0) return 0
    for (const run of halted) run.handOver()
    const theirs = new Set(halted.map((run) => run.trade.symbol))
    const others = road.ports.instruments.map(({ symbol }) => symbol).filter((symbol) => !theirs.has(symbol))
    return (await sweep({ ...this.#sweepOptions(road), refused: others })).ordersSent
  }

  #sweepOptions({ ports, executor, runId }: Road): Omit<SweepOptions, 'refused'> {
    return {
      ports,
      books: booksOf(executor),
      runId,
      tradeId: SWEEP_TRADE,
      isOwn: (clientId) => clientId.startsWith(`${runId}-`),
      arrivalMaxMs: arrivalMaxMs(this.#options.config),
      warn: (text) => this.#warn(text),
    }
  }

  /** A line for people; never a reason to fail. */
  #say(text: string): void {
    try {
      this.#options.print(text)
    } catch {
      // Whoever was listening is gone.
    }
  }

  #warn(message: string): void {
    this.#options.journal.append('run.warned', { message })
    this.#say(`warning: ${message}`)
  }

  #closeBoundMs(): number {
    const { orderTimeoutMs, unknownMaxMs, orderRecvWindowMs, readLagMs } = this.#options.config
    return orderTimeoutMs + unknownMaxMs + orderRecvWindowMs + readLagMs + CLOSE_GRACE_MS
  }

  /** A halted trade closes no more by its own rules: the sweep is next. */
  async #untilClosed({ executor }: Road, deadlineMs: number): Promise<void> {
    const waiting = (): boolean => executor.books.open().some((run) => run.phase !== 'halted' || !run.quiet)
    while (waiting() && this.#options.clock.nowUs() / 1000 < deadlineMs) {
      await this.#options.clock.sleep(5)
      executor.closeMore()
    }
  }

  /** `left` null: the venue could not be asked, and what nobody knows is not flat. Our own books are all there is then. */
  #finish(end: { reason: string; left: readonly LeftOpen[] | null; resting: readonly string[] | null }): RunResult {
    const road = this.#road
    const { distributions = true } = this.#options
    const metrics = road?.snapshot({ distributions }) ?? null
    const left = end.left ?? (road === null ? [] : openTrades(road))
    const resting = end.resting ?? (road === null ? [] : unsettledOrders(road))
    const exitCode = end.left === null || left.length > 0 || resting.length > 0 ? 1 : this.#exitCode
    const result: RunResult = { exitCode, reason: end.reason, left, metrics }
    if (metrics !== null) this.#say(summaryText(metrics))
    this.#say(endText(end.reason, { left, resting, asked: end.left !== null }))
    try {
      const { journal } = this.#options
      if (metrics !== null) journal.append('metrics.snapshot', metrics)
      journal.append('run.finished', { exitCode, reason: end.reason, tradesLeftOpen: left })
      journal.flush()
    } catch (error) {
      // A run that cannot be written down must still end, and not as if all were well.
      this.#say(`the journal could not be written: ${error instanceof Error ? error.message : String(error)}`)
      this.#resolve({ ...result, exitCode: 1 })
      return { ...result, exitCode: 1 }
    }
    this.#resolve(result)
    return result
  }

  abandon(reason: string): number {
    this.#exitCode = 1
    this.#finish({ reason: `abandoned: ${reason}`, left: null, resting: null })
    return 1
  }
}

function nakedUsd(road: Road): number {
  let sum = 0
  for (const run of road.executor.books.open()) {
    const naked = Math.abs(nakedLots(run.trade))
    if (naked === 0) continue
    const quote = road.ports.latestQuote(run.symbolIndex)
    sum += notionalUsd(run.instrument, quote?.bidTicks ?? 0, naked)
  }
  return sum
}
