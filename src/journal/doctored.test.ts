/**
 * Every promise's check can fail: a truthful journal passes all ten, and a journal doctored in one place breaks exactly
 * the promise that the place belongs to.
 */
import { describe, expect, test } from 'vitest'
import { checkJournal } from './checks.ts'
import { overall } from './summary.ts'
import { broken, FAULT, nothing, taleOf, truthOf } from './test-support/doctor.ts'
import { dataOf, RUN_ID, runOf, type TaleLine } from './test-support/story.ts'
import { failedTrade, hedgedTrade } from './test-support/trades.ts'

test('a truthful journal keeps all ten promises', () => {
  const run = runOf(taleOf(nothing))
  expect(run.problems).toEqual([])
  const findings = checkJournal(run)
  expect(findings.map(({ promise, verdict }) => `${promise} ${verdict}`)).toEqual(
    ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'].map((promise) => `${promise} pass`),
  )
  expect(overall(findings)).toBe('pass')
})

describe('one doctored place breaks exactly its own promise', () => {
  const cases: [string, string, () => TaleLine[]][] = [
    [
      'P1 fail',
      'the short leg fills four seconds after the long one',
      () =>
        taleOf((story) =>
          hedgedTrade(story, { tradeId: 't9', atMs: 9_000, shortFillsAfterMs: 4_000, exitAfterMs: 5_000 }),
        ),
    ],
    [
      'P2 fail',
      'an execution of somebody else is in no position',
      () => {
        const tale = taleOf(nothing)
        const truth = truthOf(tale)
        const foreign = { clientId: '', venueOrderId: 'v-other', symbol: 'SOLUSDT' }
        truth.orders.push({ ...truth.orders[0]!, ...foreign, lots: 2, filledLots: 2 })
        truth.executions.push({ ...truth.executions[0]!, ...foreign, execId: 'x-other', lots: 2 })
        return tale
      },
    ],
    [
      'P2 fail',
      "an order's filled quantity is not the sum of its executions",
      () => {
        const tale = taleOf(nothing)
        truthOf(tale).orders[0]!.filledLots -= 1
        return tale
      },
    ],
    [
      'P3 fail',
      'a client order id is sent twice',
      () => {
        const tale = taleOf(nothing)
        const line = tale.find(({ type }) => type === 'order.submitted')!
        tale.splice(tale.indexOf(line) + 1, 0, structuredClone(line))
        return tale
      },
    ],
    [
      'P3 fail',
      'the venue accepts a client order id twice',
      () => {
        const tale = taleOf(nothing)
        const { orders } = truthOf(tale)
        orders.push({ ...orders[0]!, venueOrderId: 'v-again', filledLots: 0, status: 'Cancelled' })
        return tale
      },
    ],
    [
      'P3 fail',
      'the venue has an order of this run that was never meant',
      () => {
        const tale = taleOf(nothing)
        const { orders } = truthOf(tale)
        orders.push({
          ...orders[0]!,
          venueOrderId: 'v-x',
          clientId: `${RUN_ID}-t8-0`,
          filledLots: 0,
          status: 'Cancelled',
        })
        return tale
      },
    ],
    [
      'P3 fail',
      'the venue has more lots than were meant',
      () => {
        const tale = taleOf(nothing)
        truthOf(tale).orders[0]!.lots += 1
        return tale
      },
    ],
    [
      'P3 fail',
      'an acknowledged order is not in the venue’s books',
      () => {
        const tale = taleOf((story) =>
          story.cancel(story.submit({ tradeId: 't2', atMs: 5_100, leg: 'long', lots: 1 }), 5_110),
        )
        truthOf(tale).orders.pop()
        return tale
      },
    ],
    [
      'P4 fail',
      'the fills of a pair reach our books together, after the recovery bound',
      () =>
        taleOf((story) => {
          const [long, short] = (['long', 'short'] as const).map((leg) =>
            story.submit({ tradeId: 't9', atMs: 9_000, leg, lots: 2 }),
          )
          story.fill(long!, 9_003, 2, 3_001)
          story.fill(short!, 9_003, 2, 3_001)
          const exits = (['long', 'short'] as const).map((leg) =>
            story.submit({ tradeId: 't9', atMs: 13_000, leg, purpose: 'exit', lots: 2 }),
          )
          for (const exit of exits) story.fill(exit, 13_003, 2)
          story.flat('t9', 13_010)
        }),
    ],
    [
      'P4 fail and P9 fail',
      'a fill is in our books with another price, which the wallet shows as well',
      () => {
        const tale = taleOf(nothing)
        dataOf(tale, 'order.filled')[0]!.priceTicks += 1
        return tale
      },
    ],
    [
      'P5 fail',
      'an order of ours is still open',
      () =>
        taleOf((story) => void story.submit({ tradeId: 't2', atMs: 5_100, leg: 'long', symbol: 'ETHUSDT', lots: 1 })),
    ],
    [
      'P5 fail',
      'a hedged pair is left behind and nobody says so',
      () =>
        taleOf((story) => {
          for (const leg of ['long', 'short'] as const) {
            story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg, lots: 2 }), 9_003, 2)
          }
        }),
    ],
    [
      'P6 fail',
      'the survivor is taken off after the close budget',
      () => taleOf((story) => failedTrade(story, { tradeId: 't9', atMs: 9_000, closesAfterMs: 1_001 })),
    ],
    [
      'P6 fail',
      'the failure is noticed too late',
      () => taleOf((story) => failedTrade(story, { tradeId: 't9', atMs: 9_000, noticedAfterMs: 51 })),
    ],
    [
      'P7 fail',
      'a reducing order asks for one lot more than is held',
      () => {
        const tale = taleOf(nothing)
        const intent = dataOf(tale, 'order.submitted').find(({ purpose }) => purpose === 'exit')!
        intent.lots += 1
        const row = truthOf(tale).orders.find(({ clientId }) => clientId === intent.clientId)!
        row.lots += 1
        row.status = 'Cancelled'
        return tale
      },
    ],
    [
      'P7 fail',
      'two reducing orders ask for the same lots at once',
      () =>
        taleOf((story) => {
          failedTrade(story, { tradeId: 't9', atMs: 9_000, closesAfterMs: 400 })
          const again = story.submit({ tradeId: 't9', atMs: 9_100, leg: 'long', purpose: 'unwind', lots: 1 })
          story.cancel(again, 9_200)
        }),
    ],
    [
      'P8 fail',
      'one order is worth more than the limit',
      () => {
        const tale = taleOf(nothing)
        dataOf(tale, 'order.submitted')[0]!.notionalUsd = 5_000.01
        return tale
      },
    ],
    [
      'P8 fail',
      'a leg of one trade is worth more than the limit, by its executions',
      () => taleOf((story) => hedgedTrade(story, { tradeId: 't9', atMs: 9_000 }), { bounds: { maxNotionalUsd: 99 } }),
    ],
    [
      'P8 fail',
      'the trades open at once are worth more than the limit together, though none is alone',
      () => {
        const tale = taleOf(nothing)
        const sizes = dataOf(tale, 'order.submitted').filter((order) => order.purpose === 'entry')
        for (const order of sizes) order.notionalUsd = 2_600
        return tale
      },
    ],
    ['P8 fail', 'more trades at once than allowed', () => taleOf(nothing, { bounds: { maxConcurrentTrades: 1 } })],
    [
      'P8 fail',
      'two trades on one symbol at once',
      () =>
        taleOf((story) => {
          hedgedTrade(story, { tradeId: 't8', atMs: 9_000 })
          hedgedTrade(story, { tradeId: 't9', atMs: 9_100 })
        }),
    ],
    [
      'P8 fail',
      'a trade is begun while the private stream is down',
      () =>
        taleOf((story) => {
          story.write('stream.closed', 8_000, { stream: 'private', code: 1006, reason: '' })
          hedgedTrade(story, { tradeId: 't9', atMs: 9_000 })
        }),
    ],
    [
      'P9 fail',
      'a run that ends well never asked for the positions',
      () => taleOf(nothing).filter(({ type }) => type !== 'books.compared'),
    ],
    [
      'P9 fail',
      'our books differ from the venue’s at a quiet point',
      () => {
        const tale = taleOf(nothing)
        dataOf(tale, 'books.compared')[0]!.ours.push({ symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 1 })
        return tale
      },
    ],
    ['P10 unknown', 'a planned fault never fired', () => taleOf(nothing, { plannedFaults: [FAULT, 'lose the reply'] })],
  ]
  test.each(cases)('%s: %s', (verdict, _, tell) => {
    expect(broken(tell()).join(' and ')).toBe(verdict)
  })
})
