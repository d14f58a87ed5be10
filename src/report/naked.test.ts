import { expect, test } from 'vitest'
import type { Run } from '../journal/run.ts'
import { nakedPart, type RunNaked } from './naked.ts'
import { runRecord } from './run.ts'
import { cleanTrade, JournalText, unwoundTrade } from './test-support/journal-text.ts'

function nakedIn(run: Run): RunNaked {
  return runRecord(run, [])!.naked!
}

function journal(): JournalText {
  const text = new JournalText()
  cleanTrade(text, 'one', 1_050, 500)
  unwoundTrade(text, 'two', 20_050, 'no money')
  return text
}

test('the venue’s books and our own stand side by side: most, longest, area', () => {
  const naked = nakedIn(journal().finish(30_000).run())
  // Fifty lots of 60.617 USD; the unwound trade for 14 ms of the venue's clock, the clean one for 2 + 1 ms.
  expect(naked.venue).toMatchObject({ longestUs: 14_000 })
  expect(naked.venue!.largestUsd).toBeCloseTo(50 * 60.617, 5)
  expect(naked.venue!.areaUsdMs).toBeCloseTo(50 * 60.617 * 17, 3)
  expect(naked.believed.largestUsd).toBeCloseTo(50 * 60.617, 5)
  expect(naked.tradesApart).toBe(0)
})

test('a moment of exposure is seen in its column, and nowhere else', () => {
  const naked = nakedIn(journal().finish(30_000).run())
  const busy = naked.venue!.columns.flatMap((usd, column) => (usd > 0 ? [column] : []))
  // 30 s in 240 columns: 125 ms each.
  expect(busy).toEqual([8, 12, 160])
  expect(naked.believed.columns.flatMap((usd, column) => (usd > 0 ? [column] : []))).toEqual(busy)
  const text = nakedPart(naked)!.text
  expect(text.match(/<path class="net" d="([^"]*)"/)![1]).toMatch(/^M70 74(V[\d.]+H[\d.]+){240}V74Z$/)
  expect(text).toContain('nothing but facts under way')
})

test('where the venue was not asked our own books stand alone, and nothing is said of a difference', () => {
  const cut = nakedIn(journal().run())
  const lines = journal().finish(30_000).text()
  expect(lines).toContain('venue.truth')
  expect(cut.venue).toBeNull()
  expect(cut.believed.largestUsd).toBeGreaterThan(3_000)
  const text = nakedPart(cut)!.text
  expect(text).not.toContain('class="net"')
  expect(text).toContain('were not asked')
})

test('two books that differ are said to, in the colour of a failure', () => {
  const naked = nakedIn(journal().finish(30_000).run())
  expect(nakedPart({ ...naked, tradesApart: 2 })!.text).toContain('<p class="failed">2 trades in which the two differ')
})

test('a run that was never naked has no chart', () => {
  expect(runRecord(new JournalText().finish(1_000).run(), [])!.naked).toBeNull()
  expect(nakedPart(null)).toBeNull()
})
