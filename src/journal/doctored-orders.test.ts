/**
 * Orders and fills: what counts as lost, as twice, as not meant, as too many; and what is somebody else's.
 */
import { describe, expect, test } from 'vitest'
import type { VenueOrderRow } from '../domain/rows.ts'
import { broken, FAULT, nothing, summaryOf, taleOf, truthOf } from './test-support/doctor.ts'
import { dataOf, RUN_ID, START_VENUE_MS, type TaleLine } from './test-support/story.ts'

describe('fills', () => {
  test('booked to another order or with other lots break no-lost-fill', () => {
    const tale = taleOf(nothing)
    const [first, second] = dataOf(tale, 'order.filled')
    first!.clientId = `${RUN_ID}-t1-1`
    expect(summaryOf(tale, 'P4')).toContain(`booked to ${RUN_ID}-t1-1`)
    second!.lots += 1
    expect(summaryOf(tale, 'P4')).toContain('2 faults')
  })

  test('that never reach our books break no-lost-fill, and the ledger and the final books disagree', () => {
    const tale = taleOf(nothing)
    tale.splice(
      tale.findIndex(({ type }) => type === 'order.filled'),
      1,
    )
    expect(broken(tale)).toEqual(['P1 fail', 'P4 fail', 'P9 fail'])
  })

  test('that the venue does not know break no-lost-fill, and the ledger and the final books disagree', () => {
    const tale = taleOf(nothing)
    const invented = structuredClone(tale.find(({ type }) => type === 'order.filled')!)
    tale.splice(-2, 0, invented)
    dataOf([invented], 'order.filled')[0]!.execId = 'x-invented'
    expect(broken(tale)).toEqual(['P1 fail', 'P4 fail', 'P9 fail'])
  })

  test('booked twice break no-lost-fill, and the ledger and the final books disagree', () => {
    const tale = taleOf(nothing)
    const line = tale.find(({ type }) => type === 'order.filled')!
    tale.splice(tale.indexOf(line), 0, structuredClone(line))
    expect(broken(tale)).toEqual(['P1 fail', 'P4 fail', 'P9 fail'])
  })
})

describe('an order at the venue is not what was meant when', () => {
  const cases: [string, Partial<VenueOrderRow>, string][] = [
    ['its side differs', { side: 'sell' }, 'meant to buy, placed to sell'],
    ['its position index differs', { idx: 2 }, 'meant for position index 1, placed on 2'],
    ['it reduces only', { reduceOnly: true }, 'reduce-only is true, meant false'],
    ['its symbol differs', { symbol: 'ETHUSDT' }, 'meant for BTCUSDT, placed on ETHUSDT'],
  ]
  test.each(cases)('%s', (_, change, what) => {
    // An order without a fill, so that no other book is touched.
    const tale = taleOf((story) =>
      story.cancel(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 1 }), 9_010),
    )
    Object.assign(truthOf(tale).orders.at(-1)!, change)
    expect(summaryOf(tale, 'P3')).toContain(what)
  })

  test('it was to close everything and was sent without close-on-trigger', () => {
    const tale = taleOf(nothing)
    truthOf(tale).orders.find((row) => row.closeOnTrigger)!.closeOnTrigger = false
    expect(broken(tale)).toEqual(['P3 fail'])
  })
})

test('an order that a fault shrank on the wire is what was meant', () => {
  const tell = (applied: boolean): TaleLine[] => {
    const tale = taleOf((story) => {
      const clientId = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 4 })
      story.cancel(clientId, 9_100)
      const fault = {
        name: FAULT,
        party: 'rest-request',
        op: 'create',
        verdict: 'shrink to 0.5',
        occurrence: 1,
        clientId,
      }
      if (applied) story.write('fault.applied', 9_000, fault, 'faults')
    })
    truthOf(tale).orders.at(-1)!.lots = 2
    return tale
  }
  expect(broken(tell(true))).toEqual([])
  expect(broken(tell(false))).toEqual(['P3 fail'])
})

describe('the rate of creates', () => {
  /** Ten creates, then one more after so long; cancelled at once, each for its own finished trade. */
  const burst = (lastAfterMs: number): TaleLine[] =>
    taleOf((story) => {
      const atMs = [0, 0, 0, 0, 0, 990, 990, 990, 990, 990, lastAfterMs]
      for (const after of atMs) {
        const clientId = story.submit({ tradeId: 't2', symbol: 'ETHUSDT', atMs: 9_900 + after, leg: 'long', lots: 1 })
        story.cancel(clientId, 9_900 + after + 2)
      }
      story.flat('t2', 12_000)
    })

  test('counts a burst that straddles two calendar seconds', () => {
    expect(broken(burst(999))).toEqual(['P8 fail'])
    expect(summaryOf(burst(999), 'P8')).toContain('creates per second: 11 orders, more than 10')
  })

  test('forgets a create after exactly one second', () => {
    expect(broken(burst(1_000))).toEqual([])
  })
})

test('an order that closes everything leaves nothing for another to ask for', () => {
  const tale = taleOf((story) => {
    story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 3 }), 9_001, 3)
    const all = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 3, closeAll: true })
    const more = story.submit({ tradeId: 't9', atMs: 9_020, leg: 'long', purpose: 'unwind', lots: 1 })
    story.cancel(more, 9_030)
    story.cancel(all, 9_040)
    story.fill(story.submit({ tradeId: 't9', atMs: 9_041, leg: 'long', purpose: 'unwind', lots: 3 }), 9_043, 3)
    story.flat('t9', 9_050)
  })
  expect(broken(tale)).toEqual(['P7 fail'])
  expect(summaryOf(tale, 'P7')).toContain('1 lots when 0 could be closed')
})

test('other people’s orders and executions on our symbols are none of our business', () => {
  const tale = taleOf(nothing)
  const truth = truthOf(tale)
  const theirs = { symbol: 'SOLUSDT', clientId: 'web-1', venueOrderId: 'v-web', idx: 1, side: 'buy' } as const
  truth.orders.push({ ...truth.orders[0]!, ...theirs, status: 'New', lots: 9, filledLots: 2 })
  truth.executions.push({ ...truth.executions[0]!, ...theirs, execId: 'x-web', lots: 2 })
  truth.positions.find(({ symbol }) => symbol === 'SOLUSDT')!.lots += 2
  expect(broken(tale)).toEqual([])
})

describe('the venue’s lists are not always tidy:', () => {
  test('an execution of somebody else from before the baseline is in the baseline', () => {
    const tale = taleOf(nothing)
    const truth = truthOf(tale)
    const theirs = { symbol: 'SOLUSDT', clientId: '', venueOrderId: 'v-web', venueMs: START_VENUE_MS - 500 }
    truth.executions.push({ ...truth.executions[0]!, ...theirs, execId: 'x-web' })
    expect(broken(tale)).toEqual([])
  })

  test('an order listed twice counts as its newest row, wherever that is', () => {
    const tale = taleOf(nothing)
    const { orders } = truthOf(tale)
    const stale = { status: 'New', filledLots: 0 }
    orders.unshift({ ...orders[0]!, ...stale, updatedMs: orders[0]!.createdMs })
    orders.push({ ...orders[2]!, ...stale, updatedMs: orders[2]!.createdMs })
    expect(broken(tale)).toEqual([])
  })

  test('an execution without a client id belongs to its order', () => {
    const tale = taleOf(nothing)
    truthOf(tale).executions[0]!.clientId = ''
    expect(broken(tale)).toEqual([])
  })

  test('an execution listed twice is one, and newest first is as good as oldest first', () => {
    const tale = taleOf(nothing)
    const { executions, orders } = truthOf(tale)
    executions.push(executions[0]!)
    executions.reverse()
    orders.reverse()
    expect(broken(tale)).toEqual([])
  })

  test('an execution whose order is not listed cannot be given to a position', () => {
    const tale = taleOf(nothing)
    const truth = truthOf(tale)
    truth.executions.push({ ...truth.executions[0]!, clientId: 'web-1', venueOrderId: 'v-web', execId: 'x-web' })
    expect(broken(tale)).toEqual(['P2 unknown'])
  })
})
