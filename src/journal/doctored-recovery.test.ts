/**
 * The promises hold a run to what it recovered: a truthful journal passes, and one doctored in one place breaks exactly
 * the promise that the place belongs to.
 */
import { expect, test } from 'vitest'
import { playCrash } from '../simulation/crash.ts'
import { CRASH_BASES } from '../simulation/test-support/crash-bases.ts'
import { checkJournal } from './checks.ts'
import type { EventData, EventType, JournalEvent } from './events.ts'
import { parseJournal } from './read.ts'

/** A pair was hedged when its process was killed; the next one closed it, and traded. */
const recovered = playCrash({
  schedule: CRASH_BASES['a calm trade']!,
  kills: [{ call: 60, moment: 'after' }],
  restartMs: 5,
  afterMs: 300,
}).then(({ lives }) => lives[1]!)

type Doctored<T> = T extends object ? { -readonly [K in keyof T]: Doctored<T[K]> } : T

/** The promises that no longer hold when the first line of a type is changed. */
async function brokenBy<T extends EventType>(
  type: T,
  doctor: (data: Doctored<EventData[T]>) => void,
): Promise<string[]> {
  const events = structuredClone((await recovered).events) as JournalEvent[]
  doctor(events.find((event) => event.type === type)!.data as unknown as Doctored<EventData[T]>)
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

test('a fill of the killed run that the recovery never found breaks P4', async () => {
  const broken = await brokenBy('recovered', (data) => {
    data.orders[0]!.execIds = []
  })
  expect(broken).toEqual(['P4 fail'])
})

test('a recovery that believed the killed run to hold more than it closed breaks P9', async () => {
  const broken = await brokenBy('recovered', (data) => {
    data.positions[0]!.heldLots += 1
  })
  expect(broken).toEqual(['P9 fail'])
})

test('an order of the killed run that still rests breaks P5', async () => {
  const broken = await brokenBy('venue.truth', (data) => {
    data.orders.find((row) => row.clientId === 'life1-t1-0')!.status = 'New'
  })
  expect(broken).toEqual(['P5 fail'])
})

test('a leg of the killed run that was never closed breaks what it must', async () => {
  const gone = (row: { clientId: string }): boolean => row.clientId === 'life2-recover-0'
  const broken = await brokenBy('venue.truth', (data) => {
    data.executions = data.executions.filter((row: { clientId: string }) => !gone(row))
    data.orders = data.orders.filter((row: { clientId: string }) => !gone(row))
  })
  expect(broken).toEqual(expect.arrayContaining(['P1 fail', 'P2 fail', 'P4 fail']))
})
