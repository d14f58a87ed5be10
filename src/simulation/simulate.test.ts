import { expect, test } from 'vitest'
import type { Fault } from '../faults/plan-types.ts'
import { parseJournal } from '../journal/read.ts'
import { simulate } from './simulate.ts'
import { broken, schedule } from './test-support/schedules.ts'

test('a calm run trades, leaves, and keeps every promise', async () => {
  const { run, findings, result, output } = await simulate(schedule())
  expect(result.exitCode, output).toBe(0)
  expect(run.trades.get('t1')!.hedged).not.toBeNull()
  expect(run.trades.get('t1')!.flat).not.toBeNull()
  expect(broken(findings)).toEqual([])
})

test('what a simulation writes is a journal by its schemas, and reads the same', async () => {
  const { journal, run } = await simulate(schedule({ faults: { faults: [lostReply] } }))
  const read = parseJournal(journal, run.path)
  expect(read.problems).toEqual([])
  expect(read.events).toEqual(run.events)
})

test('the same schedule gives the same journal, byte for byte; another seed another one', async () => {
  const disturbed = schedule({ faults: { faults: [lostReply] } })
  const [one, other] = [await simulate(disturbed), await simulate(disturbed)]
  expect(one.journal).toBe(other.journal)
  expect((await simulate({ ...disturbed, seed: 'other' })).journal).not.toBe(one.journal)
})

const lostReply: Fault = {
  name: 'the reply to the short leg is lost',
  party: 'rest-reply',
  op: 'create',
  leg: 'short',
  reduceOnly: false,
  verdict: { do: 'drop' },
}

test('a fault plan disturbs the wire in memory as it does a real one', async () => {
  const { run, findings } = await simulate(schedule({ faults: { faults: [lostReply] } }))
  const trade = run.trades.get('t1')!
  expect(trade.orders.filter((order) => order.submitted!.data.leg === 'short').length).toBe(2)
  expect(trade.hedged).not.toBeNull()
  expect(run.faults.applied.map((line) => line.data.name)).toEqual([lostReply.name])
  expect(broken(findings)).toEqual([])
})

test('a refused leg ends in an emergency close, in virtual milliseconds', async () => {
  const refusal: Fault = {
    ...lostReply,
    party: 'rest-request',
    verdict: { do: 'retCode', code: 110007, message: 'ab not enough for new order' },
  }
  const { run, findings } = await simulate(schedule({ faults: { faults: [refusal] } }))
  const trade = run.trades.get('t1')!
  expect(trade.failed!.data.reason).toBe('short-refused')
  expect((trade.flat!.at - trade.failed!.at) / 1_000).toBeLessThan(50)
  expect(broken(findings)).toEqual([])
})

test('a private socket that is reset, or falls silent, loses no fill', async () => {
  for (const act of ['reset', 'silence'] as const) {
    const cut: Fault = {
      name: `the private stream: ${act}`,
      party: 'private-stream',
      op: 'socket',
      afterCreates: 1,
      verdict: { do: act },
    }
    const settings = {
      SILENCE_PRIVATE_MS: '2000',
      PING_INTERVAL_MS: '500',
      MAX_HOLD_MS: '4000',
      SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '60000',
    }
    const { run, findings } = await simulate(schedule({ faults: { faults: [cut] } }, settings))
    expect(run.trades.get('t1')!.flat).not.toBeNull()
    expect(run.streams.some((line) => line.type === 'stream.gap')).toBe(true)
    expect(broken(findings)).toEqual([])
  }
})

test('a wall clock 1.5 s ahead of the venue is corrected before anything is signed', async () => {
  const { run, findings } = await simulate(schedule({ clockAheadMs: 1_500 }))
  expect(run.trades.get('t1')!.hedged).not.toBeNull()
  expect(broken(findings)).toEqual([])
})
