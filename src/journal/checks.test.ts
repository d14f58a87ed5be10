/**
 * The checks on a large journal, and the two small machines beneath them: exposure over time, and whose a close is.
 */
import { expect, test } from 'vitest'
import { changesByTrade } from './checks/attribution.ts'
import type { OurExecution } from './checks/books.ts'
import { exposureOf, firstZeroFrom } from './checks/exposure.ts'
import { checkJournal } from './checks.ts'
import { runOf, Story } from './test-support/story.ts'
import { hedgedTrade } from './test-support/trades.ts'

/** CPU time: a neighbour on a shared machine must not fail a test of ours. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

test('20,000 executions are judged in well under a second', () => {
  const story = new Story()
  for (let i = 0; i < 4_000; i += 1) hedgedTrade(story, { tradeId: `t${i}`, atMs: 1_000 + i * 2_000 })
  story.compare(8_999_000)
  const run = runOf(story.tale(9_000_000))
  expect(run.truth?.data.executions).toHaveLength(20_000)
  const startMs = cpuMs()
  const findings = checkJournal(run)
  const tookMs = cpuMs() - startMs
  expect(findings.map(({ verdict }) => verdict)).toEqual(Array(10).fill('pass'))
  expect(tookMs).toBeLessThan(1_000)
})

test('20,000 executions on one pair, half of them by as many reducing orders, are no worse', () => {
  const story = new Story({ bounds: { createsPerSecond: 1_000, maxNotionalUsd: 1e9 } })
  const long = story.submit({ tradeId: 't1', atMs: 100, leg: 'long', lots: 5_000 })
  const short = story.submit({ tradeId: 't1', atMs: 100, leg: 'short', lots: 5_000 })
  for (const leg of [long, short]) for (let i = 0; i < 5_000; i += 1) story.fill(leg, 101 + i, 1)
  for (let i = 0; i < 5_000; i += 1) {
    for (const leg of ['long', 'short'] as const) {
      const atMs = 20_000 + i * 10
      story.fill(story.submit({ tradeId: 't1', atMs, leg, purpose: 'exit', lots: 1 }), atMs + 2, 1)
    }
  }
  story.flat('t1', 80_000)
  story.compare(81_000)
  const run = runOf(story.tale(90_000))
  const startMs = cpuMs()
  const findings = checkJournal(run)
  const tookMs = cpuMs() - startMs
  expect(findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
  expect(tookMs).toBeLessThan(1_000)
})

test('every finding is plain JSON and its evidence is bounded', () => {
  const story = new Story()
  for (let i = 0; i < 100; i += 1)
    hedgedTrade(story, { tradeId: `t${i}`, atMs: 1_000 + i * 9_000, shortFillsAfterMs: 4_000, exitAfterMs: 5_000 })
  const finding = checkJournal(runOf(story.tale(2_000_000)))[0]!
  expect(finding).toMatchObject({
    promise: 'P1',
    verdict: 'fail',
    worst: 3_997,
    bound: 3_250,
    margin: -747,
    unit: 'ms',
  })
  expect(JSON.parse(JSON.stringify(finding))).toEqual(finding)
  expect(finding.evidence['broken']).toMatchObject({ count: 100 })
  expect(JSON.stringify(finding).length).toBeLessThan(10_000)
})

test('exposure: largest amount, longest stretch, area, and what is left at the end', () => {
  const lotUsd = 10
  const changes = [
    { atMs: 100, signedLots: 3, lotUsd },
    { atMs: 110, signedLots: -1, lotUsd },
    { atMs: 150, signedLots: -2, lotUsd },
    { atMs: 200, signedLots: 5, lotUsd },
    { atMs: 200, signedLots: -5, lotUsd }, // within one millisecond: no exposure
    { atMs: 300, signedLots: -1, lotUsd },
  ]
  expect(exposureOf(changes, 340)).toEqual({
    largestLots: 3,
    largestUsd: 30,
    longestMs: 50,
    areaUsdMs: 30 * 10 + 20 * 40 + 10 * 40,
    endLots: -1,
    endUsd: 10,
  })
  expect(exposureOf(changes, 400).longestMs).toBe(100)
  expect(exposureOf([], 400)).toMatchObject({ longestMs: 0, endLots: 0 })
})

test('an exposure that changes its sign without being even is one stretch', () => {
  const changes = [
    { atMs: 0, signedLots: 3, lotUsd: 1 },
    { atMs: 10, signedLots: -5, lotUsd: 1 },
    { atMs: 30, signedLots: 2, lotUsd: 1 },
  ]
  expect(exposureOf(changes, 100).longestMs).toBe(30)
})

test('the first moment of being even, from a moment on', () => {
  const changes = [
    { atMs: 10, signedLots: 2 },
    { atMs: 20, signedLots: -2 },
    { atMs: 30, signedLots: 1 },
    { atMs: 40, signedLots: -1 },
  ]
  expect(firstZeroFrom(changes, 10)).toBe(20)
  expect(firstZeroFrom(changes, 20)).toBe(20)
  expect(firstZeroFrom(changes, 25)).toBe(25)
  expect(firstZeroFrom(changes, 30)).toBe(40)
  expect(firstZeroFrom(changes, 50)).toBe(50)
  expect(firstZeroFrom(changes.slice(0, 3), 30)).toBeNull()
})

test('an order that closes more than its trade holds takes off what others left, oldest first', () => {
  const execution = (tradeId: string, side: 'buy' | 'sell', lots: number): OurExecution => ({
    row: {
      execId: '',
      symbol: 'BTCUSDT',
      clientId: '',
      venueOrderId: '',
      side,
      lots,
      priceTicks: 1,
      feeUsd: 0,
      venueMs: 1,
    },
    clientId: '',
    tradeId,
    leg: 'long',
    signedLots: side === 'buy' ? lots : -lots,
    valueUsd: 1,
  })
  const net = changesByTrade([
    execution('a', 'buy', 3),
    execution('b', 'buy', 4),
    execution('b', 'sell', 1),
    execution('sweep', 'sell', 5),
    execution('sweep', 'sell', 2),
  ]).map(({ trade, changes }) => [trade, changes.map(({ signedLots }) => signedLots)])
  expect(net).toEqual([
    ['a', [3, -3]],
    ['b', [4, -1, -2, -1]],
    ['sweep', [-1]],
  ])
})
