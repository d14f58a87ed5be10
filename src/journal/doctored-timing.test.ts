/**
 * Time: the venue's whole milliseconds, and the two clocks of an emergency close.
 */
import { describe, expect, test } from 'vitest'
import { broken, onlyLate, summaryOf, taleOf } from './test-support/doctor.ts'
import { START_VENUE_MS, type TaleLine } from './test-support/story.ts'
import { hedgedTrade } from './test-support/trades.ts'

describe('within one millisecond of the venue’s clock', () => {
  test('what opened counts as opened before the reducing order arrived', () => {
    const tale = taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 3 })
      const close = story.submit({ tradeId: 't9', atMs: 9_002, leg: 'long', purpose: 'unwind', lots: 3 })
      story.fill(long, 9_003, 3)
      story.fill(close, 9_003, 3)
      story.flat('t9', 9_010)
    })
    expect(broken(tale)).toEqual([])
  })

  test('a reducing order that arrives as another ends may ask for what that one left', () => {
    const tale = taleOf((story) => {
      story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 3 }), 9_001, 3)
      const first = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 3 })
      story.fill(first, 9_020, 1)
      story.cancel(first, 9_101)
      const second = story.submit({ tradeId: 't9', atMs: 9_100, leg: 'long', purpose: 'unwind', lots: 2 })
      story.fill(second, 9_102, 2)
      story.flat('t9', 9_110)
    })
    expect(broken(tale)).toEqual([])
  })

  test('a trade may begin on a symbol as the last one ends', () => {
    const tale = taleOf((story) => {
      hedgedTrade(story, { tradeId: 't8', atMs: 9_000, exitAfterMs: 200 })
      hedgedTrade(story, { tradeId: 't9', atMs: 9_203 })
    })
    expect(broken(tale)).toEqual([])
  })

  test('a reducing order that ended leaves the rest to the next', () => {
    const tale = taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 3 })
      story.fill(long, 9_001, 3)
      const first = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 3 })
      story.fill(first, 9_011, 1)
      story.cancel(first, 9_011)
      const second = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 2 })
      story.fill(second, 9_012, 2)
      story.flat('t9', 9_020)
    })
    expect(broken(tale)).toEqual([])
  })
})

describe('an emergency close', () => {
  test('of a leg whose other order was never answered is timed from the deadline of that submit', () => {
    const tell = (closeMs: number): TaleLine[] =>
      taleOf((story) => {
        const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 })
        const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2, arrives: false })
        story.fill(long, 9_003, 2)
        const askedVenueMs = START_VENUE_MS + 10_260
        story.write('order.absent', 10_262, { tradeId: 't9', clientId: short, askedVenueMs })
        story.write('trade.failed', 10_263, { tradeId: 't9', reason: 'short-absent', dueUs: 15_262_000 })
        const unwind = story.submit({ tradeId: 't9', atMs: 10_264, leg: 'long', purpose: 'unwind', lots: 2 })
        story.fill(unwind, closeMs, 2)
        story.flat('t9', closeMs + 2)
      })
    expect(broken(tell(11_250))).toEqual([])
    expect(broken(tell(11_251))).toEqual(['P6 fail'])
    expect(summaryOf(tell(11_251), 'P6')).toContain('1001 ms by the venue')
  })

  /** The short leg rests until it is cancelled; then the long one is taken off. */
  const afterCancel = (terms: { cancelMs: number; closeMs: number; bookedAfterMs?: number }): TaleLine[] =>
    taleOf((story) => {
      const { cancelMs, closeMs, bookedAfterMs } = terms
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 })
      const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2 })
      story.fill(long, 9_003, 2)
      story.cancel(short, cancelMs)
      const dueUs = 5_000_000 + (cancelMs + 1) * 1_000
      story.write('trade.failed', cancelMs + 1, { tradeId: 't9', reason: 'short-timeout', dueUs })
      const unwind = story.submit({ tradeId: 't9', atMs: cancelMs + 2, leg: 'long', purpose: 'unwind', lots: 2 })
      story.fill(unwind, closeMs, 2, bookedAfterMs)
      story.flat('t9', closeMs + 2_000)
    })

  test('is timed from the end of the other leg, not from the survivor’s fill', () => {
    expect(broken(afterCancel({ cancelMs: 10_500, closeMs: 11_500 }))).toEqual([])
    expect(broken(afterCancel({ cancelMs: 10_500, closeMs: 11_501 }))).toEqual(['P6 fail'])
  })

  test('that the venue made in time, but we learned of late, fails by our own clock', () => {
    const tale = afterCancel({ cancelMs: 9_500, closeMs: 9_510, bookedAfterMs: 1_500 })
    expect(broken(tale)).toEqual(['P6 fail'])
    expect(summaryOf(tale, 'P6')).toContain('by our clock')
  })

  /** The first unwind gets no answer and never arrives; the second is sent once that is proved. */
  const unansweredUnwind = (terms: { provedMs: number; closeMs: number }): TaleLine[] =>
    taleOf((story) => {
      const { provedMs, closeMs } = terms
      story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 }), 9_003, 2)
      const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2, arrives: false })
      story.write('order.refused', 9_005, { tradeId: 't9', clientId: short, code: 110007, reason: 'no money' })
      story.write('trade.failed', 9_006, { tradeId: 't9', reason: 'short-refused', dueUs: 14_005_000 })
      const unwind = { tradeId: 't9', leg: 'long', purpose: 'unwind', lots: 2 } as const
      const lost = story.submit({ ...unwind, atMs: 9_006, arrives: false })
      story.write('order.unknown', 10_006, { tradeId: 't9', clientId: lost, reason: 'no answer' })
      const askedVenueMs = START_VENUE_MS + provedMs
      story.write('order.absent', provedMs, { tradeId: 't9', clientId: lost, askedVenueMs })
      story.fill(story.submit({ ...unwind, atMs: provedMs }), closeMs, 2)
      story.flat('t9', closeMs + 2)
    })

  test('whose own outcome is unknown is judged by the venue’s books, with the proof of its absence beside the budget', () => {
    // 1,250 ms may pass until absence is proved; the budget of 1,000 ms is for the rest.
    expect(broken(unansweredUnwind({ provedMs: 10_256, closeMs: 11_250 }))).toEqual([])
    expect(summaryOf(unansweredUnwind({ provedMs: 10_256, closeMs: 11_250 }), 'P6')).toContain('2245 of 2250 ms')
    expect(broken(unansweredUnwind({ provedMs: 10_256, closeMs: 11_258 }))).toEqual(['P6 fail'])
  })

  test('whose unknown outcome is proved late is not excused for longer than the configuration allows', () => {
    expect(broken(unansweredUnwind({ provedMs: 11_000, closeMs: 11_250 }))).toEqual([])
    expect(broken(unansweredUnwind({ provedMs: 11_000, closeMs: 11_258 }))).toEqual(['P6 fail'])
    // Known early, it costs only what it took.
    expect(broken(unansweredUnwind({ provedMs: 9_506, closeMs: 10_500 }))).toEqual([])
    expect(broken(unansweredUnwind({ provedMs: 9_506, closeMs: 10_600 }))).toEqual(['P6 fail'])
  })

  test('that never happened fails', () => {
    const tale = taleOf((story) => {
      story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 }), 9_003, 2)
      story.write('trade.failed', 9_010, { tradeId: 't9', reason: 'short-refused', dueUs: 14_009_000 })
      story.halt('t9', 9_500, 2, 0)
    })
    expect(broken(tale)).toEqual(['P1 fail', 'P6 fail'])
    expect(summaryOf(tale, 'P6')).toContain('never closed at the venue')
  })
})

describe('what only came too late is told from what is wrong in any time', () => {
  /** Long filled, the short one `afterMs` later; with `lots` of its two. */
  const apart = (afterMs: number, lots: number): TaleLine[] =>
    taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 })
      const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2 })
      story.fill(long, 9_001, 2)
      story.fill(short, 9_001 + afterMs, lots)
      const close = story.submit({ tradeId: 't9', atMs: 9_500 + afterMs, leg: 'long', purpose: 'exit', lots: 2 })
      const other = story.submit({ tradeId: 't9', atMs: 9_500 + afterMs, leg: 'short', purpose: 'exit', lots })
      story.fill(close, 9_501 + afterMs, lots)
      story.fill(other, 9_501 + afterMs, lots)
      if (lots === 2) story.flat('t9', 9_510 + afterMs)
    })

  test('a pair that was naked for too long, and ended even', () => {
    expect(broken(apart(6_000, 2))).toEqual(['P1 fail'])
    expect(onlyLate(apart(6_000, 2))).toEqual(['P1'])
  })

  test('a pair that was naked for too long and stayed so: no machine is slow enough for that', () => {
    expect(broken(apart(6_000, 1))).toContain('P1 fail')
    expect(onlyLate(apart(6_000, 1))).toEqual([])
  })
})
