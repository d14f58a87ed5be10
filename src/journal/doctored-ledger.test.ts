/**
 * The ledger: the executor's own belief stands beside the venue's books, and what nothing explains breaks P1.
 */
import { describe, expect, test } from 'vitest'
import { indexBooks } from './checks/books.ts'
import { ledgerOf, nakedTogether, togetherOf, venueAheadMs } from './checks/ledger.ts'
import { checkJournal } from './checks.ts'
import { broken, nothing, summaryOf, taleOf } from './test-support/doctor.ts'
import { dataOf, runOf, type TaleLine } from './test-support/story.ts'
import { hedgedTrade } from './test-support/trades.ts'

/** A pair whose long leg is booked so much later than the venue executed it. */
const bookedLate = (bookedAfterMs: number): TaleLine[] =>
  taleOf((story) => {
    const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 })
    const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2 })
    story.fill(long, 9_003, 2, bookedAfterMs)
    story.fill(short, 9_004, 2)
    for (const leg of ['long', 'short'] as const) {
      story.fill(story.submit({ tradeId: 't9', atMs: 14_000, leg, purpose: 'exit', lots: 2 }), 14_003, 2)
    }
    story.flat('t9', 14_010)
  })

describe('a fill that our books learn of late', () => {
  test('is under way until the recovery bound has passed', () => {
    expect(broken(bookedLate(3_000))).toEqual([])
  })

  test('is a disagreement beyond it, with its size and its length', () => {
    expect(broken(bookedLate(3_001))).toEqual(['P1 fail', 'P4 fail'])
    expect(summaryOf(bookedLate(3_001), 'P1')).toContain('2 lots apart from the venue')
    expect(summaryOf(bookedLate(3_001), 'P1')).toContain('for 3001 ms')
  })

  test('names the trade it is of, and how late that trade was at worst', () => {
    const p4 = checkJournal(runOf(bookedLate(3_001))).find(({ promise }) => promise === 'P4')!
    expect(p4).toMatchObject({
      onlyLate: true,
      evidence: { late: { count: 1, first: [{ tradeId: 't9', worstMs: 3_001 }] } },
    })
  })
})

test('what our books said stands beside the venue’s: naked for longer in our eyes than in theirs', () => {
  const finding = checkJournal(runOf(bookedLate(2_000)))[0]!
  expect(finding.verdict).toBe('pass')
  // The short leg alone was in our books from 9,005 to 11,003.
  expect(finding.evidence).toMatchObject({ longestMs: 515, believed: { longestMs: 1_998 } })
})

describe('a claim that the executor’s own fills do not bear out breaks the naked bound:', () => {
  test('flat, with lots still on', () => {
    const tale = taleOf((story) => {
      story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 }), 9_003, 2)
      story.flat('t9', 9_010)
      story.fill(story.submit({ tradeId: 't9', atMs: 9_020, leg: 'long', purpose: 'unwind', lots: 2 }), 9_023, 2)
    })
    expect(broken(tale)).toEqual(['P1 fail'])
    expect(summaryOf(tale, 'P1')).toContain('said to be flat with 0 lots naked, when its own fills came to 2')
  })

  test('hedged, while one leg is larger', () => {
    const tale = taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 })
      const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2 })
      story.fill(long, 9_003, 2)
      story.write('trade.hedged', 9_010, { tradeId: 't9', lots: 2, sinceStartUs: 1 })
      story.fill(short, 9_020, 2)
      for (const leg of ['long', 'short'] as const) {
        story.fill(story.submit({ tradeId: 't9', atMs: 9_500, leg, purpose: 'exit', lots: 2 }), 9_503, 2)
      }
      story.flat('t9', 9_510)
    })
    expect(broken(tale)).toEqual(['P1 fail'])
    expect(summaryOf(tale, 'P1')).toContain('said to be hedged')
  })

  test('hedged, with fills unread that an order was known to have', () => {
    const pair = (endedLots: number) =>
      taleOf((story) => {
        const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: endedLots })
        const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2 })
        story.fill(long, 9_003, 2)
        story.fill(short, 9_003, 2)
        story.write('order.ended', 9_005, { tradeId: 't9', clientId: long, filledLots: endedLots, how: 'done' })
        story.write('trade.hedged', 9_010, { tradeId: 't9', lots: 2, sinceStartUs: 1 })
        if (endedLots > 2) story.fill(long, 9_012, endedLots - 2)
        const off = story.submit({ tradeId: 't9', atMs: 9_500, leg: 'long', purpose: 'exit', lots: endedLots })
        story.fill(off, 9_503, endedLots)
        story.fill(story.submit({ tradeId: 't9', atMs: 9_500, leg: 'short', purpose: 'exit', lots: 2 }), 9_503, 2)
        story.flat('t9', 9_510)
      })
    expect(broken(pair(2))).toEqual([])
    expect(broken(pair(3))).toEqual(['P1 fail'])
    expect(summaryOf(pair(3), 'P1')).toContain('said to be hedged with 1 lots unread')
  })

  test('halted with an amount, without a single fill', () => {
    const tale = taleOf((story) => {
      story.cancel(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 }), 9_010)
      story.halt('t9', 9_020, 1, 0)
    })
    expect(broken(tale)).toEqual(['P1 fail'])
    expect(summaryOf(tale, 'P1')).toContain('said to be halted with 1 lots naked, when its own fills came to 0')
  })
})

test('a fill booked with other lots is apart by the difference, to the end of the run', () => {
  const tale = taleOf(nothing)
  dataOf(tale, 'order.filled')[0]!.lots += 3
  expect(summaryOf(tale, 'P1')).toContain('our books were 3 lots apart')
  const run = runOf(tale)
  const [first, ...others] = ledgerOf(indexBooks(run, run.started!, run.truth!.data))
  expect(first!.apart).toMatchObject({ largestLots: 3, endLots: 3 })
  expect(others.every((entry) => entry.apart.largestLots === 0)).toBe(true)
})

test('a fill that was in our books before it happened tells by how much the venue’s clock is ahead', () => {
  const aheadMs = (tale: TaleLine[]): number => {
    const run = runOf(tale)
    return venueAheadMs(indexBooks(run, run.started!, run.truth!.data))
  }
  expect(aheadMs(bookedLate(1))).toBe(0)
  expect(aheadMs(bookedLate(-30))).toBe(30)
  expect(broken(bookedLate(-30))).toEqual([])
})

test('all trades together: amounts add up whatever their signs, and stretches that touch are one', () => {
  const change = (atMs: number, signedLots: number) => ({ atMs, signedLots, lotUsd: 10 })
  const steps = nakedTogether([
    [change(0, 2), change(10, -2)],
    [change(4, -3), change(20, 3)],
  ])
  expect(steps.map(({ atMs, usd }) => [atMs, usd])).toEqual([
    [0, 20],
    [4, 50],
    [10, 30],
    [20, 0],
  ])
  expect(togetherOf(steps, 100)).toEqual({ longestMs: 20, largestUsd: 50 })
  expect(togetherOf(nakedTogether([[change(5, 1)]]), 100)).toEqual({ longestMs: 95, largestUsd: 10 })
})

test('the run’s ledger: area, largest and longest over all trades', () => {
  const tale = taleOf((story) => hedgedTrade(story, { tradeId: 't9', atMs: 9_000, shortFillsAfterMs: 103 }))
  const { evidence } = checkJournal(runOf(tale))[0]!
  // Ten lots of 10 USD for 100 ms, and little else: the closing trade of the story is naked for 515 ms with 50 USD.
  expect(evidence).toMatchObject({ largestUsd: 100, longestMs: 515 })
  const area = (evidence as { areaUsdMs: number }).areaUsdMs
  expect(area).toBeGreaterThan(100 * 100 + 50 * 510)
  expect(area).toBeLessThan(100 * 100 + 50 * 510 + 5_000)
})
