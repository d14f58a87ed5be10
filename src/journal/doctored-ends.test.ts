/**
 * How a run may end: halted, left open, cut off; and what each end is worth.
 */
import { describe, expect, test } from 'vitest'
import { checkJournal } from './checks.ts'
import { broken, nothing, summaryOf, taleOf } from './test-support/doctor.ts'
import { dataOf, runOf, type TaleLine } from './test-support/story.ts'

describe('a trade that was halted', () => {
  /** Long stays on with 6 of 10 lots; the journal says so with `saidLots`. */
  const halted = (saidLots: number): TaleLine[] =>
    taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 10 })
      story.fill(long, 9_003, 10)
      const unwind = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 10 })
      story.fill(unwind, 9_013, 4)
      story.cancel(unwind, 9_013)
      story.halt('t9', 9_020, saidLots, 0)
    })

  test('with exactly the amount that the venue shows fails the run, and nothing but the naked bound', () => {
    expect(broken(halted(6))).toEqual(['P1 fail'])
    expect(summaryOf(halted(6), 'P1')).toContain('halted with exactly 6 lots (60 USD) naked')
  })

  test('with another amount leaves a position that nobody explains', () => {
    expect(broken(halted(5))).toEqual(['P1 fail', 'P5 fail'])
    expect(summaryOf(halted(5), 'P1')).toContain('but the journal says halted with 5')
    expect(summaryOf(halted(5), 'P5')).toContain('6 lots, the journal names 5')
  })

  test('without a word breaks both promises', () => {
    const tale = halted(6).filter(({ type }) => type !== 'trade.halted')
    expect(broken(tale)).toEqual(['P1 fail', 'P5 fail'])
  })

  test('and then swept within the bound ends even', () => {
    const tale = taleOf((story) => {
      story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 10 }), 9_003, 10)
      story.halt('t9', 9_020, 10, 0)
      const sweep = story.submit({
        tradeId: 'sweep',
        atMs: 9_100,
        leg: 'long',
        purpose: 'unwind',
        lots: 10,
        closeAll: true,
      })
      story.fill(sweep, 9_103, 10)
    })
    expect(broken(tale)).toEqual([])
  })
})

test('what a halted trade left no longer explains anything once the trade is flat', () => {
  const tale = taleOf((story) => {
    const legs = ['long', 'short'] as const
    for (const leg of legs) story.fill(story.submit({ tradeId: 't8', atMs: 9_000, leg, lots: 2 }), 9_003, 2)
    story.halt('t8', 9_100, 2, 2)
    for (const leg of legs) {
      story.fill(story.submit({ tradeId: 't8', atMs: 10_100, leg, purpose: 'unwind', lots: 2 }), 10_103, 2)
    }
    story.flat('t8', 10_200)
    for (const leg of legs) story.fill(story.submit({ tradeId: 't9', atMs: 12_000, leg, lots: 2 }), 12_003, 2)
  })
  expect(broken(tale)).toEqual(['P5 fail'])
})

describe('a pair left open at the end', () => {
  const leftOpen = (nakedLots: number): TaleLine[] => {
    const tale = taleOf((story) => {
      for (const leg of ['long', 'short'] as const) {
        story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg, lots: 2 }), 9_003, 2)
      }
    })
    dataOf(tale, 'run.finished')[0]!.tradesLeftOpen.push({ tradeId: 't9', symbol: 'BTCUSDT', nakedLots })
    return tale
  }

  test('and named by the run is explained', () => {
    expect(broken(leftOpen(0))).toEqual([])
  })

  test('and named by what the sweep has left of it is explained', () => {
    const tale = taleOf((story) => {
      for (const leg of ['long', 'short'] as const) {
        story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg, lots: 3 }), 9_003, 3)
      }
      const sweep = { tradeId: 'sweep', atMs: 9_100, leg: 'long', purpose: 'unwind', lots: 3, closeAll: true } as const
      const long = story.submit(sweep)
      story.fill(long, 9_103, 2)
      story.cancel(long, 9_103)
    })
    const [finished] = dataOf(tale, 'run.finished')
    finished!.tradesLeftOpen.push({ tradeId: 't9', symbol: 'BTCUSDT', nakedLots: -2 })
    expect(broken(tale)).toEqual(['P1 fail'])
    expect(summaryOf(tale, 'P1')).toContain('left open with exactly 2 lots')
  })

  test('and named with a naked amount that it does not have is not', () => {
    expect(broken(leftOpen(1))).toEqual(['P5 fail'])
  })
})

describe('what cannot be judged is unknown, never green', () => {
  const all = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'].map((promise) => `${promise} unknown`)

  test('a journal without its end', () => {
    expect(broken(taleOf(nothing).filter(({ type }) => type !== 'run.finished'))).toEqual(all)
  })

  test('a journal that lost a line', () => {
    const tale = taleOf(nothing)
    const run = runOf(tale)
    expect(checkJournal({ ...run, complete: false }).every(({ verdict }) => verdict === 'unknown')).toBe(true)
  })

  test('a journal without the venue’s own books', () => {
    const tale = taleOf(nothing).filter(({ type }) => type !== 'venue.truth')
    expect(broken(tale)).toEqual(all.slice(0, 9))
  })

  test('promises that are relative to a baseline that is missing', () => {
    const tale = taleOf(nothing).filter(({ type }) => type !== 'run.baseline')
    expect(broken(tale)).toEqual(['P2 unknown', 'P5 unknown', 'P9 unknown'])
  })

  test('amounts on an instrument that the journal does not name', () => {
    const tale = taleOf(nothing)
    dataOf(tale, 'run.started')[0]!.instruments.shift()
    expect(broken(tale)).toEqual(['P8 unknown'])
  })
})
