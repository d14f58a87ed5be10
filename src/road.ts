/**
 * Builds the road of one run, in the order in which each part needs the one before.
 *
 *   clock ─► instruments ─► recovery ─► baseline ─► hedge mode ─► private stream ready ─► feed ─► quotes flow
 */
import type { Instrument } from './domain/instrument.ts'
import { createGenerator } from './domain/opportunity.ts'
import { hasBothSides } from './domain/quote.ts'
import { Agreement } from './execution/agreement.ts'
import { Executor } from './execution/executor.ts'
import { Monitor } from './execution/monitor.ts'
import type { ExecutionPorts } from './execution/ports.ts'
import type { Baseline } from './execution/reconcile.ts'
import { known, takeBaseline } from './execution/reconcile.ts'
import { createStrategy } from './execution/strategy.ts'
import { Wallet, walletAtStart } from './execution/wallet.ts'
import type { FeedMemory } from './feed.ts'
import { createFeedMemory, FEED_COUNTS } from './feed.ts'
import { hostFeed, referenceReader } from './feed-host.ts'
import type { MetricsSnapshot } from './journal/events.ts'
import type { Intake } from './market/intake.ts'
import { createIntake } from './market/intake.ts'
import { quoteReaderOf } from './market/quotes.ts'
import { consumerOf, countsOf } from './market/ring.ts'
import { blankQuote } from './market/slots.ts'
import type { Metrics } from './metrics/metrics.ts'
import { createMetrics } from './metrics/metrics.ts'
import { linkPrivateStream } from './private-link.ts'
import { instrumentsToStart, recoverFirst } from './recover-first.ts'
import { adviceOnTerms, drawRunId, refuseForeignHosts, startRecord } from './run-start.ts'
import type { RuntimeOptions } from './runtime-types.ts'
import { pinThisThread } from './seams/affinity.ts'
import type { Random } from './seams/random.ts'
import { seededRandom } from './seams/random.ts'
import type { RestClient } from './venue/rest.ts'
import { createRest } from './venue/rest.ts'
import type { StreamEvent } from './venue/socket.ts'

export interface RoadOptions extends RuntimeOptions {
  readonly onHalted: (reason: string) => void
  readonly onEnded: () => void
}

export interface Road {
  readonly runId: string
  readonly startedUs: number
  readonly rest: RestClient
  readonly ports: ExecutionPorts
  readonly metrics: Metrics
  readonly executor: Executor
  readonly monitor: Monitor
  readonly baseline: Baseline
  readonly agreement: Agreement
  snapshot(options?: { readonly distributions?: boolean }): MetricsSnapshot
  /** Ends the streams, the feed and the connections. */
  close(): Promise<void>
}

/** The strategy's core, where there are enough of them (D7). */
const STRATEGY_CORE = 1
/** Between two turns of the event loop at most so many quotes are taken, so that sockets get theirs. */
const QUOTES_PER_TURN = 64
const READ_TIMEOUT_MS = 2_000

export async function buildRoad(options: RoadOptions): Promise<Road> {
  refuseForeignHosts(options.config)
  const builder = new RoadBuilder(options)
  try {
    return await builder.build()
  } catch (error) {
    await builder.close()
    throw error
  }
}

class RoadBuilder {
  readonly #options: RoadOptions
  readonly #random: Random
  readonly #runId: string
  readonly #metrics: Metrics
  readonly #rest: RestClient
  readonly #closers: (() => Promise<void>)[] = []
  #executor: Executor | null = null

  constructor(options: RoadOptions) {
    this.#options = options
    const { clock, config, journal } = options
    this.#random = seededRandom(config.runSeed)
    this.#metrics = createMetrics(clock, options.usage)
    this.#runId = options.runId ?? drawRunId(config.runSeed, clock)
    const { restUrl, apiKey, apiSecret, orderRecvWindowMs, orderTimeoutMs, createsPerSecond, ipCallsPer5s } = config
    this.#rest = createRest({
      baseUrl: restUrl,
      apiKey,
      apiSecret,
      clock,
      orderRecvWindowMs,
      orderTimeoutMs,
      readTimeoutMs: READ_TIMEOUT_MS,
      createsPerSecond,
      ipCallsPer5s,
      transport: options.transport,
      onEvent: (event) => {
        // A cancel that came too late is a question for the rules, not a warning.
        if (event.kind === 'clock-synced' || event.kind === 'already-done') return
        if (event.kind === 'rate-limited') this.#metrics.count('rateLimited')
        journal.append('run.warned', { message: `REST ${event.op}: ${event.kind}: ${event.reason}` })
        // Nothing of this kind will succeed until somebody acts. At the start there is nothing open yet.
        if (event.kind === 'halt') this.#executor?.haltEntries(`the venue locks this account out: ${event.reason}`)
      },
    })
    this.#closers.push(() => this.#rest.close())
  }

  async build(): Promise<Road> {
    const { clock, config, onHalted, onEnded } = this.#options
    const startedUs = clock.nowUs()
    const { warning } = this.#options.pins === false ? { warning: null } : await pinThisThread(STRATEGY_CORE)
    if (warning !== null) this.#warn(`strategy thread: ${warning}`)
    for (const advice of adviceOnTerms(config)) this.#warn(advice)
    known(await this.#rest.syncClock(), "the venue's clock")
    const { instruments, missing } = await instrumentsToStart(this.#rest, config.symbols, this.#options.leftover)
    this.#rest.useInstruments(instruments)
    this.#options.journal.append(
      'run.started',
      startRecord({ ...this.#options, runId: this.#runId, instruments, venueMs: this.#rest.venueNowMs() }),
    )
    this.#options.journal.flush()
    const memory = createFeedMemory(instruments.length, config.ringCapacity)
    const ports = this.#ports(instruments, memory)
    await recoverFirst({ ...this.#options, rest: this.#rest, ports, runId: this.#runId })
    if (missing !== null) throw missing
    const start = await walletAtStart(ports, this.#rest)
    const baseline = await this.#baseline(ports, start.cashUsd)
    const executor: Executor = new Executor({
      ports,
      config,
      runId: this.#runId,
      onHedged: (run) => monitor.onHedged(run),
      onEnded: (run) => {
        monitor.onEnded(run)
        onEnded()
      },
      onEntriesHalted: onHalted,
    })
    this.#executor = executor
    for (const symbol of baseline.refusedSymbols) executor.refuseSymbol(symbol)
    const monitor = new Monitor(ports, config, (run, reason) => executor.close(run, reason))
    const agreement = new Agreement({
      ports,
      executor,
      wallet: new Wallet({ ports, reader: this.#rest, executor, runId: this.#runId, start }),
      refused: baseline.refusedSymbols,
      mayRead: this.#rest.limits.mayLook,
    })
    await this.#openPrivateStream(ports, executor, () => void agreement.look())
    const intake = await this.#startFeed({ ports, memory, executor, monitor })
    return {
      runId: this.#runId,
      startedUs,
      rest: this.#rest,
      ports,
      metrics: this.#metrics,
      executor,
      monitor,
      baseline,
      agreement,
      snapshot: (how) => this.#snapshot(memory, intake, how),
      close: () => this.close(),
    }
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close()
  }

  #warn(message: string): void {
    this.#options.journal.append('run.warned', { message })
    this.#options.print(`warning: ${message}`)
  }

  #ports(instruments: readonly Instrument[], memory: FeedMemory): ExecutionPorts {
    const { clock, config, journal } = this.#options
    const table = quoteReaderOf(memory.table)
    const quote = blankQuote()
    return {
      gateway: this.#rest,
      clock,
      journal,
      metrics: this.#metrics,
      instruments,
      createsFree: () => this.#rest.limits.createsFree(),
      latestQuote: (symbolIndex) => {
        if (table.read(symbolIndex, quote) !== 'read' || !hasBothSides(quote)) return null
        return clock.nowUs() - quote.receivedUs <= config.staleAfterMs * 1000 ? quote : null
      },
    }
  }

  /** What others hold is left alone, by name; every symbol of ours is in hedge mode before anything is traded. */
  async #baseline(ports: ExecutionPorts, cashUsd: number): Promise<Baseline> {
    const baseline = await takeBaseline(ports)
    const refused = new Set(baseline.refusedSymbols)
    for (const symbol of refused)
      this.#warn(`${symbol} is not traded: the account already has positions or orders in it`)
    for (const { symbol } of ports.instruments) {
      if (refused.has(symbol)) continue
      const outcome = await this.#rest.ensureHedgeMode(symbol)
      if (outcome.kind === 'done') continue
      refused.add(symbol)
      this.#warn(`${symbol} is not traded: hedge mode could not be set: ${outcome.code} ${outcome.reason}`)
    }
    const complete = { ...baseline, refusedSymbols: [...refused] }
    this.#options.journal.append('run.baseline', { ...complete, cashUsd })
    if (refused.size === ports.instruments.length) throw new Error('no symbol is left to trade; see the warnings above')
    return complete
  }

  async #openPrivateStream(ports: ExecutionPorts, executor: Executor, onRecovered: () => void): Promise<void> {
    const link = linkPrivateStream({
      ports,
      executor,
      onRecovered,
      config: this.#options.config,
      random: this.#random.fork('private stream'),
      transport: this.#options.transport,
      onJournal: (event) => this.#journalStream(event),
    })
    this.#closers.push(link.close)
    await link.ready
  }

  #journalStream(event: StreamEvent): void {
    if (event.type === 'stream.gap') this.#metrics.count('reconnects')
    this.#options.journal.append(event.type, event.data)
  }

  async #startFeed(parts: {
    ports: ExecutionPorts
    memory: FeedMemory
    executor: Executor
    monitor: Monitor
  }): Promise<Intake> {
    const { ports, memory, executor, monitor } = parts
    const { clock, config } = this.#options
    const intake = createIntake({ consumer: consumerOf(memory.ring), table: quoteReaderOf(memory.table), clock })
    const generator = createGenerator({
      terms: {
        spreadBps: config.syntheticSpreadBps,
        fundingDelta8h: config.syntheticFundingDelta,
        positionSizeUsd: config.estimatedPositionSizeUsd,
      },
      instruments: ports.instruments,
      symbols: config.symbols,
      gate: config.qualificationGate,
      staleAfterMs: config.staleAfterMs,
    })
    const strategy = createStrategy({
      ports,
      config,
      generator,
      executor,
      monitor,
      reference: referenceReader(memory, ports.instruments),
      warn: (message) => this.#warn(message),
    })
    const onQuotes = (): void => {
      intake.drain(strategy, QUOTES_PER_TURN)
      this.#metrics.ringGap(intake.takeGapMaxUs())
    }
    const feed = hostFeed({
      config,
      clock,
      instruments: ports.instruments,
      memory,
      transport: this.#options.transport,
      onQuotes,
      onEvent: (event) => this.#journalStream(event),
      onDeath: (reason) => {
        this.#warn(reason)
        executor.haltEntries(reason) // which ends the run, with exit code 1
      },
    })
    this.#closers.push(() => feed.stop())
    return intake
  }

  #snapshot(memory: FeedMemory, intake: Intake, how?: { readonly distributions?: boolean }): MetricsSnapshot {
    const counts = new Float64Array(memory.counts)
    const ring = countsOf(memory.ring)
    const { rescued, overtaken } = intake.counts()
    this.#metrics.set('updatesReceived', counts[FEED_COUNTS.quotes]!)
    this.#metrics.set('framesRefused', counts[FEED_COUNTS.framesRefused]!)
    this.#metrics.set('updatesDropped', ring.dropped)
    this.#metrics.set('updatesRescued', rescued)
    this.#metrics.set('updatesOvertaken', overtaken)
    return this.#metrics.snapshot(how)
  }
}
