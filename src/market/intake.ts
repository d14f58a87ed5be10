/**
 * The strategy's hand in the ring: empties it batch by batch, makes up for drops from the quote table (D9), and measures
 * how long the ring was left alone (D15).
 *
 *   ring ──pop──► newer than what this symbol had? ──► deliver          no: overtaken, counted
 *   drops since the last look? ──► quote table ──► newer? ──► deliver   (rescued, counted)
 *
 * So every symbol's newest quote is delivered, whatever was dropped, and no symbol ever goes back in time.
 */
import type { Clock } from '../seams/clock.ts'
import type { QuoteTableReader } from './quotes.ts'
import type { RingConsumer } from './ring.ts'
import type { MutableQuote } from './slots.ts'
import { blankQuote } from './slots.ts'

export interface IntakeCounts {
  /** Delivered from the quote table because the ring had dropped them. */
  readonly rescued: number
  /** Popped, but older than what the quote table had already delivered of that symbol. */
  readonly overtaken: number
  /** Times the table was read after drops. */
  readonly rescues: number
}

export interface Intake {
  /**
   * Delivers at most `quotesMax` popped quotes, then whatever drops made necessary. True when the ring was emptied;
   * false when it stopped early and should be called again after other work had its turn.
   */
  drain(deliver: Deliver, quotesMax: number): boolean
  counts(): IntakeCounts
  /** The longest time the ring was left alone while it held quotes, µs, since the last call of this function. */
  takeGapMaxUs(): number
}

/**
 * Gets one quote and the moment it was taken, monotonic µs (less `pushedUs` it is the hand-over's latency). The quote is
 * overwritten by the next one: keep numbers, not the object.
 */
export type Deliver = (quote: Readonly<MutableQuote>, poppedUs: number) => void

/** One per strategy thread. */
export function createIntake(parts: {
  readonly consumer: RingConsumer
  readonly table: QuoteTableReader
  readonly clock: Pick<Clock, 'nowUs'>
}): Intake {
  const { consumer, table, clock } = parts
  const quote = blankQuote()
  const newest = createNewest(table.symbolCount)
  const counts = { rescued: 0, overtaken: 0, rescues: 0 }
  let droppedSeen = consumer.dropped
  let lastLookUs = clock.nowUs()
  let gapMaxUs = 0

  const noteLook = (nowUs: number): void => {
    // After drops nobody knows since when quotes had been waiting: then the whole time since the last look counts.
    const waitingSinceUs = consumer.dropped === droppedSeen ? Math.max(lastLookUs, quote.pushedUs) : lastLookUs
    gapMaxUs = Math.max(gapMaxUs, nowUs - waitingSinceUs)
    lastLookUs = nowUs
  }

  const rescue = (deliver: Deliver): void => {
    const dropped = consumer.dropped
    if (dropped === droppedSeen) return
    counts.rescues += 1
    let allRead = true
    for (let symbol = 0; symbol < table.symbolCount; symbol += 1) {
      const answer = table.read(symbol, quote)
      if (answer === 'busy') allRead = false
      if (answer !== 'read' || !newest.advance(quote)) continue
      counts.rescued += 1
      deliver(quote, clock.nowUs())
    }
    // A row that could not be read stays owed: the next drain comes back for it.
    if (allRead) droppedSeen = dropped
  }

  return {
    drain(deliver, quotesMax) {
      let emptied = false
      for (let popped = 0; popped < quotesMax; popped += 1) {
        emptied = !consumer.pop(quote)
        if (emptied) break
        const poppedUs = clock.nowUs()
        noteLook(poppedUs)
        if (newest.advance(quote)) deliver(quote, poppedUs)
        else counts.overtaken += 1
      }
      rescue(deliver)
      lastLookUs = clock.nowUs()
      return emptied
    },
    counts: () => ({ ...counts }),
    takeGapMaxUs() {
      const taken = gapMaxUs
      gapMaxUs = 0
      return taken
    },
  }
}

/**
 * What each symbol had last. Newer means received later or, in the same microsecond, with a higher update id: the
 * venue's ids alone restart at 1 after its own restarts.
 */
function createNewest(symbolCount: number): { advance(quote: MutableQuote): boolean } {
  const receivedUs = new Float64Array(symbolCount).fill(-Infinity)
  const updateIds = new Float64Array(symbolCount)
  return {
    advance(quote) {
      const symbol = quote.symbolIndex
      const last = receivedUs[symbol]
      if (last === undefined) throw new RangeError(`symbol index ${symbol} is not one of the run's ${symbolCount}`)
      if (quote.receivedUs < last) return false
      if (quote.receivedUs === last && quote.updateId <= updateIds[symbol]!) return false
      receivedUs[symbol] = quote.receivedUs
      updateIds[symbol] = quote.updateId
      return true
    },
  }
}
