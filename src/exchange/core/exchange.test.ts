import { expect, test } from 'vitest'
import { createBench } from './test-support/bench.ts'

test('a marketable limit order takes from the book and its rows follow in order', () => {
  const bench = createBench('calm')
  const { reply, pushes } = bench.order({
    symbol: 'BTCUSDT',
    side: 'Buy',
    qty: '0.010',
    price: '60100.00',
    orderLinkId: 'a-1',
  })
  expect(reply.retCode).toBe(0)
  const topics = pushes.flatMap((push) => (push.kind === 'private' ? [push.topic] : []))
  expect(topics).toEqual(['order', 'execution', 'position', 'wallet'])
})
