import { expect, test } from 'vitest'
import { MAIN, OTHER, privateRows } from './test-support/bench.ts'
import { heldBench, move } from './test-support/money.ts'
import type { Push } from './types.ts'

const BTC = { symbol: 'BTCUSDT' }
const TOPIC = 'allLiquidation.BTCUSDT'

interface LiquidationFrame {
  readonly type: string
  readonly ts: number
  readonly data: readonly { T: number; s: string; S: string; v: string; p: string }[]
}

const framesOf = (pushes: readonly Push[]): LiquidationFrame[] =>
  pushes.flatMap((push) =>
    push.kind === 'public' && push.topic === TOPIC ? [push.frame as unknown as LiquidationFrame] : [],
  )

test('allLiquidation tells every position taken over, with its side and its bankruptcy price', () => {
  const bench = heldBench((world) => {
    for (const account of world.accounts) account.usdt = '7000'
  })
  bench.core.subscribe(TOPIC)
  expect(bench.core.snapshot(TOPIC, bench.nowMs())).toEqual([])
  for (const account of [MAIN, OTHER])
    bench.order({ ...BTC, side: 'Buy', qty: account === MAIN ? '1' : '0.9' }, account)
  expect(framesOf(bench.pass(1_000))).toEqual([])
  move(bench, 'BTCUSDT', -1_130)
  const pushes = bench.pass(1_000)
  const [execution] = privateRows(pushes, 'execution', MAIN)
  expect(framesOf(pushes)).toEqual([
    {
      topic: TOPIC,
      type: 'snapshot',
      ts: expect.any(Number),
      data: [{ T: Number(execution!['execTime']), s: 'BTCUSDT', S: 'Buy', v: '1.000', p: execution!['execPrice'] }],
    },
  ])
  expect(execution).toMatchObject({ execType: 'BustTrade' })
})

test('what happens within 500 ms is told together', () => {
  const bench = heldBench((world) => {
    for (const account of world.accounts) account.usdt = '7000'
  })
  bench.core.subscribe(TOPIC)
  for (const account of [MAIN, OTHER]) bench.order({ ...BTC, side: 'Sell', qty: '1' }, account)
  move(bench, 'BTCUSDT', 1_300)
  const frames = framesOf(bench.pass(2_000))
  expect(frames.flatMap(({ data }) => data.map(({ S, v }) => [S, v]))).toEqual([
    ['Sell', '1.000'],
    ['Sell', '1.000'],
  ])
  for (const [at, frame] of frames.slice(1).entries()) expect(frame.ts - frames[at]!.ts).toBeGreaterThanOrEqual(500)
})
