/**
 * Looks after hedged trades: marks them on every quote of their symbol, and says when to leave.
 *
 *   quote ─► both P&Ls ─► profitable | stop-loss | max-hold ─► executor closes ─► trade.flat with both P&Ls
 */
import type { Config } from '../config.ts'
import type { Profit } from '../domain/exit.ts'
import { exitReason, lastEntryMs, profitOf } from '../domain/exit.ts'
import type { Touch } from '../domain/pricing.ts'
import type { Quote } from '../domain/quote.ts'
import type { ExecutionPorts } from './ports.ts'
import type { TradeRun } from './trade-run.ts'

interface Watched {
  readonly run: TradeRun
  readonly enteredMs: number
  marks: number
  writtenMs: number
}

/** Every quote marks a trade; the journal gets a mark this often per trade at most, ms. */
const WRITE_EVERY_MS = 200

export class Monitor {
  readonly #ports: ExecutionPorts
  readonly #config: Config
  readonly #close: (run: TradeRun, reason: string) => void
  readonly #watched: (Watched | undefined)[]
  /** What was marked of each trade that was ever hedged: a late fill may open one again, and end it anew. */
  readonly #marked = new WeakMap<TradeRun, Watched>()

  constructor(ports: ExecutionPorts, config: Config, close: (run: TradeRun, reason: string) => void) {
    this.#ports = ports
    this.#config = config
    this.#close = close
    this.#watched = ports.instruments.map(() => undefined)
  }

  onHedged(run: TradeRun): void {
    const enteredMs = lastEntryMs(run.trade) ?? this.#ports.gateway.venueNowMs()
    const marks = this.#marked.get(run)?.marks ?? 0
    const watched = { run, enteredMs, marks, writtenMs: Number.NEGATIVE_INFINITY }
    this.#watched[run.symbolIndex] = watched
    this.#marked.set(run, watched)
  }

  /** Marks the trade on this quote's symbol, if there is one. */
  onQuote(quote: Quote): void {
    const watched = this.#watched[quote.symbolIndex]
    if (watched === undefined || watched.run.phase !== 'hedged') return
    const profit = this.#profit(watched.run, quote)
    watched.marks += 1
    this.#write(watched, profit)
    this.#leave(watched, profit.syntheticPnlBps)
  }

  /** Time passes without quotes: a trade must not be held longer because its market is silent. */
  onTime(): void {
    for (const watched of this.#watched) {
      if (watched !== undefined && watched.run.phase === 'hedged') this.#leave(watched, null)
    }
  }

  /** The trade is flat: writes down what it came to. */
  onEnded(run: TradeRun): void {
    const marked = this.#marked.get(run)
    if (this.#watched[run.symbolIndex] === marked) this.#watched[run.symbolIndex] = undefined
    const { trade } = run
    const { venuePnlUsd, syntheticPnlBps, feesUsd } = this.#profit(run, CLOSED)
    this.#ports.journal.append('trade.flat', {
      tradeId: trade.id,
      reason: trade.closeReason ?? 'closed',
      venuePnlUsd,
      feesUsd,
      syntheticPnlBps: marked === undefined ? null : syntheticPnlBps,
      marks: marked?.marks ?? 0,
      everHedged: marked !== undefined,
    })
  }

  #profit(run: TradeRun, touch: Touch): Profit {
    const { syntheticSpreadBps: spreadBps, convergenceHalfLifeMs: halfLifeMs } = this.#config
    const venueNowMs = this.#ports.gateway.venueNowMs()
    return profitOf({
      trade: run.trade,
      instrument: run.instrument,
      touch,
      synthetic: { spreadBps, halfLifeMs },
      venueNowMs,
    })
  }

  #write(watched: Watched, { syntheticPnlBps, venuePnlUsd }: Profit): void {
    const nowMs = this.#ports.clock.nowUs() / 1000
    if (nowMs < watched.writtenMs + WRITE_EVERY_MS) return
    watched.writtenMs = nowMs
    const { marks, run } = watched
    this.#ports.journal.append('trade.marked', { tradeId: run.trade.id, syntheticPnlBps, venuePnlUsd, marks })
  }

  #leave(watched: Watched, syntheticPnlBps: number | null): void {
    const { stopLossBps, maxHoldMs } = this.#config
    const heldMs = this.#ports.gateway.venueNowMs() - watched.enteredMs
    const reason = exitReason({ syntheticPnlBps, heldMs, stopLossBps, maxHoldMs })
    if (reason !== null) this.#close(watched.run, reason)
  }
}

/** Nothing is open any more, so the touch does not matter. */
const CLOSED: Touch = { bidTicks: 0, askTicks: 0 }
