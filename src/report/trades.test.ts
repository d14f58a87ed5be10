import { expect, test } from 'vitest'
import { checkJournal } from '../journal/checks.ts'
import { parseJournal } from '../journal/read.ts'
import type { Run } from '../journal/run.ts'
import { runRecord } from './run.ts'
import { safetyOf, totalOf } from './safety.ts'
import { cleanTrade, JournalText, unwoundTrade } from './test-support/journal-text.ts'
import type { TradeRecord } from './trades.ts'

test('trades come worst first: halted, failed, open, then the longest naked', () => {
  const journal = new JournalText()
  cleanTrade(journal, 'short-naked', 100, 500)
  cleanTrade(journal, 'open-one', 700, 100)
  unwoundTrade(journal, 'unwound', 1_000, 'no money')
  journal.plan(2_000, 'left-open', 50).plan(3_000, 'halted', 50)
  journal.add(3_100, 'trade.halted', {
    ...{ tradeId: 'halted', symbol: 'BTCUSDT', longLots: 50, shortLots: 0, nakedLots: 50, nakedUsd: 3_000 },
    reason: 'three unwinds refused',
  })
  const trades = tradesIn(journal.finish(4_000).run())
  expect(trades.map((trade) => trade.tradeId).slice(0, 3)).toEqual(['halted', 'unwound', 'left-open'])
})

test('exposure is what the venue executed, also what we never learned of', () => {
  const journal = new JournalText()
  cleanTrade(journal, 'one', 100, 500)
  const lines = journal.finish(1_000).text().split('\n')
  const whole = tradesIn(journal.run())[0]
  expect(whole?.exposure.map((step) => step.netLots)).toEqual([50, 0, -50, 0])
  expect(whole).toMatchObject({ nakedLongestUs: 2_000, nakedMostLots: 50, status: 'flat' })
  // The short entry's fill never reached us: the order looks unfilled, the exposure does not change.
  const deaf = lines.filter((line) => !(line.includes('order.filled') && line.includes('exec-one-1')))
  const heard = tradesIn(parseLines(deaf))[0]
  expect(heard?.orders[1]).toMatchObject({ filledLots: 0 })
  expect(heard?.exposure).toEqual(whole?.exposure)
  // What our own books said stands beside it: the short entry is missing, so they are never even again.
  expect(whole?.believed.map((step) => step.netLots)).toEqual([50, 0, -50, 0])
  expect(heard?.believed.map((step) => step.netLots)).toEqual([50, 0, 50])
})

test('an exposure that never ends lasts to the end of the run', () => {
  const journal = new JournalText().plan(100, 'one', 50)
  journal.order('one', { place: 0, leg: 'long', lots: 50, sentMs: 100, filledMs: 101 })
  const trade = tradesIn(journal.finish(5_000).run())[0]
  expect(trade).toMatchObject({ status: 'open', nakedMostLots: 50 })
  expect(trade?.nakedLongestUs).toBeGreaterThanOrEqual(4_899_000)
})

test('a refused order, an unanswered one and a resting one are told apart', () => {
  const journal = new JournalText().plan(100, 'one', 50)
  journal
    .order('one', { place: 0, leg: 'long', lots: 50, sentMs: 100, refused: 'no money' })
    .order('one', { place: 1, leg: 'short', lots: 50, sentMs: 100, endMs: 600 })
    .add(700, 'order.unknown', { tradeId: 'one', clientId: 'one-2', reason: 'reply lost' })
  const orders = tradesIn(journal.finish(1_000).run())[0]?.orders ?? []
  expect(orders.map((order) => order.outcome)).toEqual(['refused', 'ended'])
  expect(orders[0]?.notes).toEqual(['refused (110007): no money'])
})

test('money safety counts naked trades, duplicates, riddles and positions left; what nobody asked is not known', () => {
  const journal = new JournalText().plan(100, 'one', 50)
  journal.order('one', { place: 0, leg: 'long', lots: 50, sentMs: 100, filledMs: 101 })
  journal.order('one', { place: 0, leg: 'long', lots: 50, sentMs: 100, filledMs: 101 })
  const cut = journal.run()
  const unknown = { nakedBeyondBound: null, unknownOutcomes: null, positionsLeft: null, duplicateOrders: 1 }
  expect(safetyOf(cut, checkJournal(cut))).toEqual(unknown)
  const whole = journal.finish(9_000).run()
  expect(safetyOf(whole, checkJournal(whole))).toMatchObject({
    nakedBeyondBound: 1,
    duplicateOrders: 1,
    positionsLeft: 1,
  })
  expect(totalOf([safetyOf(cut, checkJournal(cut)), safetyOf(whole, checkJournal(whole))], 'positionsLeft')).toEqual({
    total: 1,
    silent: 1,
  })
})

test('a position that the run names to the lot is no riddle: a run halted on purpose is not red for it', () => {
  const journal = new JournalText().plan(100, 'one', 50)
  journal.order('one', { place: 0, leg: 'long', lots: 50, sentMs: 100, filledMs: 101 })
  const halted = { symbol: 'BTCUSDT', longLots: 50, shortLots: 0, nakedLots: 50, nakedUsd: 3_000, reason: 'banned' }
  const run = journal
    .add(3_000, 'trade.halted', { tradeId: 'one', ...halted })
    .finish(4_000)
    .run()
  expect(run.truth?.data.positions).toHaveLength(1)
  expect(safetyOf(run, checkJournal(run))).toMatchObject({ positionsLeft: 0, nakedBeyondBound: 1 })
})

function tradesIn(run: Run): readonly TradeRecord[] {
  return runRecord(run, [])!.trades
}

function parseLines(lines: readonly string[]): ReturnType<JournalText['run']> {
  return parseJournal(lines.join('\n'), 'journals/test.jsonl')
}
