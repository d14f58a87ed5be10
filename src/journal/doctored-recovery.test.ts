/**
 * The promises hold a run to what it recovered: a truthful journal passes, and one doctored in one place breaks exactly
 * the promise that the place belongs to.
 */
import { expect, test } from 'vitest'
import { playCrash } from '../simulation/crash.ts'
import { CRASH_BASES } from '../simulation/test-support/crash-bases.ts'
import { checkJournal } from './checks.ts'
import type { JournalEvent } from './events.ts'
import { parseJournal } from './read.ts'

/** A pair was hedged when its process was killed; the next one closed it, and traded. */
const recovered = playCrash({
  schedule: CRASH_BASES['a calm trade']!,
  kills: [{ call: 60, moment: 'after' }],
  restartMs: 5,
  afterMs: 300,
}).then(({ lives }) => lives[1]!)

// biome-ignore lint/suspicious/noExplicitAny: any field of any line may be doctored
type Doctor = (line: any) => unknown

async function brokenBy(type: JournalEvent['type'], doctor: Doctor): Promise<string[]> {
  const events = structuredClone((await recovered).events) as JournalEvent[]
  const line = events.find((event) => event.type === type)!
  doctor(line.data)
  const run = parseJournal(events.map((event) => `${JSON.stringify(event)}\n`).join(''), 'doctored')
  return checkJournal(run)
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ promise, verdict }) => `${promise} ${verdict}`)
}

test('a truthful journal of a recovery keeps every promise', async () => {
  const run = await recovered
  expect(run.events.find(({ type }) => type === 'recovered')!.data).toMatchObject({ complete: true })
  expect(await brokenBy('recovered', () => undefined)).toEqual([])
})

test.each<readonly [string, JournalEvent['type'], Doctor, string[]]>([
  [
    'a fill of the killed run that the recovery never found',
    'recovered',
    (data) => data.orders[0].execIds.pop(),
    ['P4 fail'],
  ],
  [
    'the recovery believed the killed run to hold more than it closed',
    'recovered',
    (data) => {
      data.positions[0].heldLots += 1
    },
    ['P9 fail'],
  ],
  [
    'an order of the killed run still rests',
    'venue.truth',
    (data) => {
      data.orders.find((row: { clientId: string }) => row.clientId === 'life1-t1-0').status = 'New'
    },
    ['P5 fail'],
  ],
])('%s breaks its promise', async (_, type, doctor, broken) => {
  expect(await brokenBy(type, doctor)).toEqual(broken)
})

test('a leg of the killed run that was never closed breaks what it must', async () => {
  const gone = (row: { clientId: string }): boolean => row.clientId === 'life2-recover-0'
  const broken = await brokenBy('venue.truth', (data) => {
    data.executions = data.executions.filter((row: { clientId: string }) => !gone(row))
    data.orders = data.orders.filter((row: { clientId: string }) => !gone(row))
  })
  expect(broken).toEqual(expect.arrayContaining(['P1 fail', 'P2 fail', 'P4 fail']))
})
