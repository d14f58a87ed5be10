/**
 * What a journal says its run may have left, wherever it was cut off.
 */
import { expect, test } from 'vitest'
import { simulate } from '../simulation/simulate.ts'
import { CLOSING_REFUSED, schedule } from '../simulation/test-support/schedules.ts'
import { leftoverOf } from './leftover.ts'
import { parseJournal } from './read.ts'
import { linesOf } from './run.ts'

const played = simulate(schedule()).then(({ journal }) => journal.trimEnd().split('\n'))

/** The journal as a kill leaves it: whole lines, and a piece of the next one. */
async function cutAfter(type: string, torn = 0) {
  const lines = await played
  const end = lines.findLastIndex((line) => line.includes(`"type":"${type}"`)) + 1
  return parseJournal(`${lines.slice(0, end).join('\n')}\n${(lines[end] ?? '').slice(0, torn)}`, 'cut')
}

test('a run that was killed before it sent anything has left nothing', async () => {
  expect(leftoverOf(await cutAfter('trade.planned'))).toBeNull()
})

test('a killed run may have left every order of a trade that is not over, filled or not', async () => {
  const leftover = leftoverOf(await cutAfter('trade.hedged'))!
  expect(leftover).toMatchObject({
    runIds: ['sim'],
    orders: [
      { clientId: 'sim-t1-0', leg: 'long', side: 'buy', reduceOnly: false },
      { clientId: 'sim-t1-1', leg: 'short', side: 'sell', reduceOnly: false },
    ],
    restUrl: 'http://127.0.0.1:1',
  })
  expect(leftover.fills.map(({ clientId }) => clientId).sort()).toEqual(['sim-t1-0', 'sim-t1-1'])
})

test('it was sent no earlier than it says, and hardly later', async () => {
  const run = await cutAfter('trade.hedged')
  const { clock } = run.started!.data
  const sentMs = clock.venueMs + (linesOf(run, 'order.submitted')[0]!.at - clock.atUs) / 1_000
  expect(leftoverOf(run)!.sinceVenueMs).toBe(sentMs)
})

test('a last line that a kill has cut in two is passed over', async () => {
  expect(leftoverOf(await cutAfter('trade.hedged', 40))).toEqual(leftoverOf(await cutAfter('trade.hedged')))
})

test('a trade that has just ended is asked about: a fill may have lost its race and not be known yet', async () => {
  expect(leftoverOf(await cutAfter('trade.flat'))!.orders).toHaveLength(4)
})

test('a run that ended flat has left nothing, asked for or not', async () => {
  const whole = parseJournal(`${(await played).join('\n')}\n`, 'whole')
  expect(leftoverOf(whole)).toBeNull()
  const later = [...(await played), late()].join('\n')
  expect(leftoverOf(parseJournal(`${later}\n`, 'whole'), { asked: true })).toBeNull()
})

/** Long after the trade's end. */
function late(): string {
  return JSON.stringify({ seq: 1, at: 60_000_000, by: 'feed', type: 'run.warned', data: { message: 'late' } })
}

test('a run that ended and named what it left is recovered when it is asked for', async () => {
  const { journal } = await simulate(schedule({ faults: { faults: [CLOSING_REFUSED] } }))
  const run = parseJournal(journal, 'halted')
  expect(run.finished!.data.tradesLeftOpen).not.toEqual([])
  expect(leftoverOf(run)).toBeNull()
  expect(leftoverOf(run, { asked: true })!.orders.map(({ clientId }) => clientId)).toContain('sim-t1-0')
})

test('what a recovery was to recover and did not is left again, together with its own orders', async () => {
  const before = leftoverOf(await cutAfter('trade.hedged'))!
  const lines = (await played)
    .filter((line) => /run\.started/.test(line))
    .map((line) => line.replaceAll('"sim"', '"next"'))
  const started = JSON.stringify({ seq: 1, at: 0, by: 'harness', type: 'recovery.started', data: before })
  const intent = (await played).find((line) => line.includes('sim-t1-2'))!
  const own = intent.replaceAll('sim-t1-2', 'next-recover-0').replaceAll('"t1"', '"recover"')
  const chain = [started, ...lines, own]
  expect(leftoverOf(parseJournal(`${chain.join('\n')}\n`, 'chain'))).toMatchObject({
    runIds: ['sim', 'next'],
    orders: [{ clientId: 'sim-t1-0' }, { clientId: 'sim-t1-1' }, { clientId: 'next-recover-0' }],
    sinceVenueMs: before.sinceVenueMs,
  })
  // Killed before it had even begun: nothing of it but the line its parent wrote.
  expect(leftoverOf(parseJournal(`${started}\n`, 'begun'))).toEqual(before)
  const done = { runIds: ['sim'], complete: true, orders: [], positions: [], tookMs: 1 }
  const recovered = JSON.stringify({ seq: 2, at: 9e9, by: 'harness', type: 'recovered', data: done })
  expect(leftoverOf(parseJournal(`${[...chain, recovered].join('\n')}\n`, 'done'))).toBeNull()
})
