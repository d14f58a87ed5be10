import { expect, test } from 'vitest'
import { createBench, type Row } from './test-support/bench.ts'

const BTC = { symbol: 'BTCUSDT' }

function venueWithFiveOrders() {
  const bench = createBench('calm')
  for (let at = 0; at < 5; at += 1) {
    bench.order({ ...BTC, side: 'Buy', qty: '0.001', price: '59000.0', orderLinkId: `p-${at}` })
  }
  const page = (cursor: string) => {
    const reply = bench.get('/v5/order/realtime', { ...BTC, limit: '2', cursor })
    const { list, nextPageCursor } = reply.result as { list?: readonly Row[]; nextPageCursor?: string }
    return { code: reply.retCode, links: list?.map((row) => row['orderLinkId']), next: nextPageCursor ?? '' }
  }
  return page
}

test('pages follow one another without a gap or a repeat, and the last one has no cursor', () => {
  const page = venueWithFiveOrders()
  const first = page('')
  const second = page(first.next)
  const third = page(second.next)
  expect([first, second, third].map(({ links }) => links)).toEqual([['p-4', 'p-3'], ['p-2', 'p-1'], ['p-0']])
  expect(third.next).toBe('')
})

test('a cursor is percent-encoded when it leaves, as the venue sends it', () => {
  const { next } = venueWithFiveOrders()('')
  expect(next).toMatch(/%/)
  expect(decodeURIComponent(next)).not.toBe(next)
})

test('a cursor means the same page decoded, as it was sent, and encoded once more', () => {
  const page = venueWithFiveOrders()
  const { next } = page('')
  for (const cursor of [decodeURIComponent(next), next, encodeURIComponent(next)]) {
    expect(page(cursor), cursor).toMatchObject({ code: 0, links: ['p-2', 'p-1'] })
  }
})

test.each(['%', 'x', 'after:', 'after:-1', 'after:1e3', '%ZZ', 'after%3A'])(
  'a cursor that is none of ours is refused: %s',
  (cursor) => {
    expect(venueWithFiveOrders()(cursor)).toMatchObject({ code: 10001 })
  },
)
