/**
 * What lies where a run is going to write: put aside, recovered, waited for, or refused by name.
 */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { parseConfig } from './config-parse.ts'
import { leftoverOf } from './journal/leftover.ts'
import { readJournal } from './journal/read.ts'
import { makeWay } from './make-way.ts'
import { manualClock } from './seams/test-support/manual-clock.ts'
import { simulate } from './simulation/simulate.ts'
import { CLOSING_REFUSED, schedule } from './simulation/test-support/schedules.ts'

const DEMO = { ...schedule().config, target: 'demo' } as const
const ACCOUNT = schedule().world.accounts[0]!
const CONFIG: Config = {
  ...parseConfig({}),
  target: 'demo',
  restUrl: 'http://127.0.0.1:1',
  apiKey: ACCOUNT.apiKey,
  apiSecret: ACCOUNT.apiSecret,
}
/** The file was last written long ago. */
const OLD = new Date('2026-01-01T00:00:00Z')

const demoRun = simulate(schedule({ config: DEMO })).then(({ journal }) => journal)
const embeddedRun = simulate(schedule()).then(({ journal }) => journal)

let dir: string
let journalPath: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'make-way-'))
  journalPath = join(dir, 'journal.jsonl')
})
afterEach(() => rmSync(dir, { recursive: true }))

/** Until the trade was hedged, and half a line. */
async function killedJournal(from = demoRun): Promise<string> {
  const text = await from
  return `${text.slice(0, text.indexOf('\n', text.indexOf('trade.hedged')) + 1)}{"seq":`
}

function lay(text: string, path = journalPath): void {
  writeFileSync(path, text)
  utimesSync(path, OLD, OLD)
}

interface Made {
  readonly leftover: Awaited<ReturnType<typeof makeWay>>
  readonly said: string
}

async function made(changes: Partial<Config> = {}, recoverFile: string | null = null): Promise<Made> {
  let said = ''
  const clock = { ...manualClock(), wallMs: () => OLD.getTime() + 60_000 }
  const config = { ...CONFIG, ...changes }
  const print = (text: string): void => {
    said += `${text}\n`
  }
  return { leftover: await makeWay({ journalPath, recoverFile, config, clock, print }), said }
}

test('where nothing lies nothing is recovered', async () => {
  expect(await made()).toEqual({ leftover: null, said: '' })
})

test('a run that ended flat makes way', async () => {
  lay(await demoRun)
  expect(await made()).toEqual({ leftover: null, said: '' })
  expect(existsSync(journalPath)).toBe(false)
})

test('a run that was killed is recovered without being asked, and says so in one line', async () => {
  const text = await killedJournal()
  lay(text)
  const before = leftoverOf(readJournal(journalPath))!
  const { leftover, said } = await made()
  expect(leftover).toEqual(before)
  expect(said).toContain('run sim never ended; what it left is closed first (2 orders are asked about)')
  expect(said.trimEnd().split('\n')).toHaveLength(1)
  expect(readFileSync(join(dir, 'journal-sim.jsonl'), 'utf8')).toBe(text)
  expect(readJournal(journalPath).events).toMatchObject([{ by: 'harness', type: 'recovery.started', data: before }])
  expect(readdirSync(dir).sort()).toEqual(['journal-sim.jsonl', 'journal.jsonl'])
})

test('killed again before the new run has written a line: the next one finds the same', async () => {
  lay(await killedJournal())
  const first = await made()
  utimesSync(journalPath, OLD, OLD)
  expect((await made()).leftover).toEqual(first.leftover)
})

test('at every moment the journal that lies there is the old one or a new one that names the same', async () => {
  lay(await killedJournal())
  const before = leftoverOf(readJournal(journalPath))!
  const found: unknown[] = []
  const look = (): number => {
    found.push(existsSync(journalPath) ? leftoverOf(readJournal(journalPath)) : 'no journal')
    return 0
  }
  const clock = { ...manualClock(), nowUs: look, wallMs: () => OLD.getTime() + 60_000 }
  await makeWay({ journalPath, recoverFile: null, config: CONFIG, clock, print: look })
  look()
  expect(found.length).toBeGreaterThan(3)
  for (const each of found) expect(each).toEqual(before)
})

test('what a mock venue of its own held is gone with it', async () => {
  lay(await killedJournal(embeddedRun))
  expect(await made({ target: 'embedded', restUrl: 'http://127.0.0.1:2' })).toEqual({ leftover: null, said: '' })
})

test('a run at another venue, or with another key, is refused by name, and its journal stays', async () => {
  const text = await killedJournal()
  lay(text)
  await expect(made({ restUrl: 'https://elsewhere' })).rejects.toThrow(
    /run sim never ended and may have left positions at http:\/\/127\.0\.0\.1:1, but this run is for https:\/\/elsewhere/,
  )
  await expect(made({ apiKey: 'another' })).rejects.toThrow(/another account/)
  expect(readFileSync(journalPath, 'utf8')).toBe(text)
})

test('a run that ended with something open is not touched unasked; its journal is kept, and how to ask is said', async () => {
  const { journal } = await simulate(schedule({ config: DEMO, faults: { faults: [CLOSING_REFUSED] } }))
  lay(journal)
  const { leftover, said } = await made()
  expect(leftover).toBeNull()
  const aside = join(dir, 'journal-sim.jsonl')
  expect(said).toMatch(/ended with BTCUSDT long \d+, short \d+ lots open/)
  expect(said).toContain(`run --recover ${aside}`)
  expect((await made({}, aside)).leftover!.orders.length).toBeGreaterThan(1)
  expect(readFileSync(aside, 'utf8')).toBe(journal)
})

test('one journal is recovered at a time', async () => {
  const asked = join(dir, 'other.jsonl')
  lay(await killedJournal())
  lay(await killedJournal(), asked)
  await expect(made({}, asked)).rejects.toThrow(/of a run that never ended: recover that one first/)
})

test('a journal that is still being written is waited for, and refused when its run does not end', async () => {
  lay(await killedJournal())
  const clock = manualClock()
  let writes = 0
  const growing = {
    ...clock,
    wallMs: () => OLD.getTime() + 100,
    sleep: async (ms: number) => {
      clock.advance(ms)
      writes += 1
      appendFileSync(journalPath, ' ')
      utimesSync(journalPath, OLD, OLD)
    },
  }
  const waiting = makeWay({ journalPath, recoverFile: null, config: CONFIG, clock: growing, print: () => undefined })
  await expect(waiting).rejects.toThrow(/still being written: another run uses this folder/)
  expect(writes).toBeGreaterThan(10)
})

test('a journal that its own parent has closed is not waited for', async () => {
  const truth = (await demoRun).split('\n').find((line) => line.includes('"type":"venue.truth"'))!
  const whole = (await killedJournal()).replace(/\{"seq":$/, '')
  lay(`${whole}${truth}\n`)
  const hasty = { ...manualClock(), wallMs: () => OLD.getTime(), sleep: () => Promise.reject(new Error('waited')) }
  const leftover = await makeWay({
    journalPath,
    recoverFile: null,
    config: CONFIG,
    clock: hasty,
    print: () => undefined,
  })
  expect(leftover!.orders).toHaveLength(2)
})

test('a runtime whose parent was killed is left to end by itself', async () => {
  lay(await killedJournal())
  const clock = manualClock()
  const ending = {
    ...clock,
    wallMs: () => OLD.getTime() + 100,
    sleep: async (ms: number) => {
      clock.advance(ms)
      writeFileSync(journalPath, await demoRun)
      utimesSync(journalPath, OLD, OLD)
    },
  }
  expect(
    await makeWay({ journalPath, recoverFile: null, config: CONFIG, clock: ending, print: () => undefined }),
  ).toBeNull()
})
