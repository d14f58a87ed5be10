/**
 * Candles of one number that changes, at every interval the venue offers.
 *
 *   note note note ─► the minute in progress ─► (read, or the minute is over) ─► 1, 3, 5 … 720, D, W, M
 *
 * A candle opens where the one before it closed. Where nothing happened nothing is kept: such candles are flat, and
 * made when somebody asks. Before its first change the number stood still, so charts reach back to any moment asked for.
 * Source: Bybit v5 docs, market/kline (intervals, order, what start and end mean).
 */

export const INTERVALS = ['1', '3', '5', '15', '30', '60', '120', '240', '360', '720', 'D', 'W', 'M'] as const
export type Interval = (typeof INTERVALS)[number]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** 1970 began on a Thursday; the venue's weeks begin on Mondays. */
const MONDAY_MS = 4 * DAY_MS
/** Candles kept of each interval: more than one answer holds, and more than a day of minutes. */
const KEPT = 1_500

export interface Candle {
  readonly startMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly lots: number
  readonly turnoverUsd: number
}

export interface CandleTerms {
  /** Only candles that start at or after this moment … */
  readonly fromMs: number
  /** … and at or before this one. */
  readonly toMs: number
  readonly limit: number
}

/** The last 24 hours, in whole minutes and the one in progress. */
export interface DayFigures {
  readonly high: number
  readonly low: number
  readonly lots: number
  readonly turnoverUsd: number
  readonly dayAgo: number
  readonly hourAgo: number
}

export interface Track {
  /** The number is this from now on. Moments never run backwards. */
  note(value: number, atMs: number): void
  /** The same for a trade, which has a size as well. */
  trade(value: number, atMs: number, lots: number, turnoverUsd: number): void
  /** Newest first. What was dropped because there is too much of it is left out. */
  candles(interval: Interval, terms: CandleTerms): Candle[]
  day(nowMs: number): DayFigures
}

export function isInterval(text: string): text is Interval {
  return (INTERVALS as readonly string[]).includes(text)
}

/** Start of the candle a moment belongs to, ms. */
export function candleStart(interval: Interval, atMs: number): number {
  if (interval === 'M') {
    const date = new Date(atMs)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
  }
  if (interval === 'W') return Math.floor((atMs - MONDAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS + MONDAY_MS
  const lengthMs = interval === 'D' ? DAY_MS : Number(interval) * MINUTE_MS
  return Math.floor(atMs / lengthMs) * lengthMs
}

/** Start of the candle after the one that starts at `startMs`, ms. */
export function nextCandleStart(interval: Interval, startMs: number): number {
  if (interval === 'M') {
    const date = new Date(startMs)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
  }
  if (interval === 'W') return startMs + 7 * DAY_MS
  return startMs + (interval === 'D' ? DAY_MS : Number(interval) * MINUTE_MS)
}

export function createTrack(opening: number): Track {
  const charts = new Map(INTERVALS.map((interval) => [interval, new Chart(interval, opening)]))
  const minutes = charts.get('1')!
  let latest = opening
  let part: Part | null = null
  let past: Past | null = null

  const settle = (): void => {
    if (part === null) return
    for (const chart of charts.values()) chart.add(part)
    part = null
  }
  const trade = (value: number, atMs: number, lots: number, turnoverUsd: number): void => {
    if (part === null || atMs >= part.startMs + MINUTE_MS) {
      settle()
      const startMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS
      part = { startMs, before: latest, high: latest, low: latest, close: latest, lots: 0, turnoverUsd: 0 }
    }
    if (value > part.high) part.high = value
    if (value < part.low) part.low = value
    part.close = value
    part.lots += lots
    part.turnoverUsd += turnoverUsd
    latest = value
  }
  return {
    trade,
    note: (value, atMs) => {
      if (value !== latest) trade(value, atMs, 0, 0)
    },
    candles: (interval, terms) => {
      settle()
      return charts.get(interval)!.page(terms)
    },
    day: (nowMs) => {
      const minuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
      // What is over is added up once a minute; the minute in progress is one candle more.
      if (past === null || past.minuteMs !== minuteMs) {
        settle()
        past = { minuteMs, ...minutes.figures(minuteMs - DAY_MS, minuteMs, minuteMs - HOUR_MS) }
      }
      const begun = minutes.at(minuteMs)
      const figures = begun === null ? past : plus(past, begun)
      return part?.startMs === minuteMs ? plus(figures, part) : figures
    },
  }
}

/** What happened within one minute since it was last added to the charts. */
interface Part {
  readonly startMs: number
  readonly before: number
  high: number
  low: number
  close: number
  lots: number
  turnoverUsd: number
}

type Extent = Pick<Candle, 'high' | 'low' | 'lots' | 'turnoverUsd'>

function plus(sum: DayFigures, more: Extent): DayFigures {
  const { dayAgo, hourAgo } = sum
  return {
    high: Math.max(sum.high, more.high),
    low: Math.min(sum.low, more.low),
    lots: sum.lots + more.lots,
    turnoverUsd: sum.turnoverUsd + more.turnoverUsd,
    dayAgo,
    hourAgo,
  }
}

interface Past extends DayFigures {
  readonly minuteMs: number
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class Chart {
  readonly #interval: Interval
  /** What the number was before its first change. */
  readonly #opening: number
  #candles: Mutable<Candle>[] = []
  #hasDropped = false

  constructor(interval: Interval, opening: number) {
    this.#interval = interval
    this.#opening = opening
  }

  add(part: Part): void {
    const startMs = candleStart(this.#interval, part.startMs)
    const last = this.#candles.at(-1)
    if (last?.startMs === startMs) {
      last.high = Math.max(last.high, part.high)
      last.low = Math.min(last.low, part.low)
      last.close = part.close
      last.lots += part.lots
      last.turnoverUsd += part.turnoverUsd
      return
    }
    const { before, ...rest } = part
    this.#candles.push({ ...rest, startMs, open: before })
    // Dropped by the half: moving the rest down for every new candle would be most of the work.
    if (this.#candles.length < 2 * KEPT) return
    this.#candles = this.#candles.slice(-KEPT)
    this.#hasDropped = true
  }

  page({ fromMs, toMs, limit }: CandleTerms): Candle[] {
    const found: Candle[] = []
    const start = (atMs: number): number => candleStart(this.#interval, atMs)
    let at = this.#indexUntil(toMs)
    for (let startMs = start(toMs); startMs >= fromMs; startMs = start(startMs - 1)) {
      if (found.length === limit) break
      const kept = this.#candles[at]
      if (kept?.startMs === startMs) {
        found.push({ ...kept })
        at -= 1
      } else if (kept === undefined && this.#hasDropped) break
      else found.push(flat(startMs, kept?.close ?? this.#opening))
    }
    return found
  }

  /** The candle that starts at this moment, if anything happened in it. */
  at(startMs: number): Candle | null {
    const candle = this.#candles[this.#indexUntil(startMs)]
    return candle?.startMs === startMs ? candle : null
  }

  figures(fromMs: number, beforeMs: number, hourMs: number): DayFigures {
    const dayAgo = this.#valueAt(fromMs)
    const hourAgo = this.#valueAt(hourMs)
    let sum: DayFigures = { high: dayAgo, low: dayAgo, lots: 0, turnoverUsd: 0, dayAgo, hourAgo }
    for (let at = this.#indexUntil(beforeMs - 1); at >= 0 && this.#candles[at]!.startMs >= fromMs; at -= 1) {
      sum = plus(sum, this.#candles[at]!)
    }
    return sum
  }

  #valueAt(ms: number): number {
    return this.#candles[this.#indexUntil(ms - 1)]?.close ?? this.#opening
  }

  /** The last candle kept that starts at or before a moment. */
  #indexUntil(atMs: number): number {
    let at = this.#candles.length - 1
    while (at >= 0 && this.#candles[at]!.startMs > atMs) at -= 1
    return at
  }
}

function flat(startMs: number, value: number): Candle {
  return { startMs, open: value, high: value, low: value, close: value, lots: 0, turnoverUsd: 0 }
}
