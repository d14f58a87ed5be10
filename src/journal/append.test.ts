import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../seams/clock.ts'
import { manualClock } from '../seams/test-support/manual-clock.ts'
import { type JournalOptions, openJournal } from './append.ts'
import { readJournal } from './read.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
  path = join(folder, 'run.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(options: Partial<JournalOptions> = {}) {
  return openJournal({ path, by: 'runtime', clock: manualClock(), ...options })
}

const lines = (): { seq: number; type: string; data: { message: string } }[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('a line is in the file when flush returns, and not before', () => {
  using journal = disposable(open())
  journal.append('run.warned', { message: 'one' })
  expect(statSync(path).size).toBe(0)
  journal.flush()
  expect(readFileSync(path, 'utf8')).toBe(
    '{"seq":1,"at":1000000,"by":"runtime","type":"run.warned","data":{"message":"one"}}\n',
  )
})

test('a line that nobody flushes is written by the timer, and one timer serves all lines that wait', () => {
  const clock = manualClock()
  using journal = disposable(open({ clock, flushAfterMs: 100 }))
  journal.append('run.warned', { message: 'one' })
  journal.append('run.warned', { message: 'two' })
  expect(clock.waiting).toBe(1)
  clock.advance(99)
  expect(statSync(path).size).toBe(0)
  clock.advance(1)
  expect(lines().map((line) => line.data.message)).toEqual(['one', 'two'])
  expect(clock.waiting).toBe(0)
})

test('the buffer has a bound: when it is full, the next line writes it', () => {
  using journal = disposable(open({ bufferChars: 1_000 }))
  for (let i = 0; i < 20; i += 1) journal.append('run.warned', { message: 'x'.repeat(100) })
  expect(statSync(path).size).toBeGreaterThan(2_000)
})

test('close writes what is left, twice is once, and afterwards an append throws', () => {
  const clock = manualClock()
  const journal = open({ clock })
  journal.append('run.warned', { message: 'last' })
  journal.close()
  journal.close()
  expect(lines()).toHaveLength(1)
  expect(clock.waiting).toBe(0)
  expect(() => journal.append('run.warned', { message: 'late' })).toThrow(/closed, yet run.warned/)
})

test('a journal held by "await using" is closed at the end of the block', async () => {
  {
    await using journal = open()
    journal.append('run.warned', { message: 'in the block' })
  }
  expect(lines()).toHaveLength(1)
})

test('secrets never reach the file, in values, in keys, inside longer text or escaped', () => {
  const secrets = ['s3cret-key', 'with"quote\\and', 's3cret-key-longer', '', '1']
  using journal = disposable(open({ secrets }))
  const config = { apiSecret: 's3cret-key', 's3cret-key': 1, nested: [{ url: 'wss://h/?k=s3cret-key-longer&x' }] }
  const rest = { target: 'embedded', seed: 'with"quote\\and', versions: {}, plannedFaults: [], instruments: [] }
  journal.append('run.started', { ...rest, config, runId: 'r', bounds: {} as never, clock: { atUs: 11, venueMs: 1 } })
  journal.flush()
  const text = readFileSync(path, 'utf8')
  expect(text).not.toContain('s3cret')
  expect(text).not.toContain('-longer')
  expect(text).not.toContain('quote')
  // A secret that looks like a number takes nothing out of the line's own numbers.
  expect(lines()[0]).toMatchObject({ seq: 1, data: { clock: { atUs: 11 }, config: { apiSecret: '[redacted]' } } })
})

test('a secret that JSON has to escape is found all the same', () => {
  using journal = disposable(open({ secrets: ['with"quote'] }))
  journal.append('run.warned', { message: 'it was with"quote, they said' })
  journal.flush()
  expect(lines()[0]?.data.message).toBe('it was [redacted], they said')
})

test('a file that ends in half a line loses that line and no other', () => {
  appendFileSync(path, '{"seq":1,"at":1,"by":"runt')
  using journal = disposable(open())
  journal.append('run.warned', { message: 'whole' })
  journal.flush()
  const run = readJournal(path)
  expect(run.events.map(({ type }) => type)).toEqual(['run.warned'])
  expect(run.problems[0]).toMatchObject({ line: 1 })
})

test('several processes share a file, and every line stays whole', async () => {
  const script = join(import.meta.dirname, 'test-support', 'writer-process.ts')
  const writers = ['runtime', 'feed', 'faults'].map((by) =>
    once(spawn(process.execPath, [script, path, by, '400'], { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit'),
  )
  for (const [code] of await Promise.all(writers)) expect(code).toBe(0)
  const run = readJournal(path)
  expect(run.problems.filter(({ line }) => line !== null)).toEqual([])
  expect(run.problems.filter(({ what }) => what.includes('missing') && what.includes('writer'))).toEqual([])
  expect(run.events).toHaveLength(1_200)
})

test('a flushed intent survives the kill of its process', async () => {
  const script = join(import.meta.dirname, 'test-support', 'writer-process.ts')
  const child = spawn(process.execPath, [script, path, 'runtime', '3', 'stay'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(lines().map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test.skipIf(!existsSync('/dev/full'))(
  'a full disk is told to whoever appends or flushes, and never to the timer',
  () => {
    const clock = manualClock()
    const journal = open({ path: '/dev/full', clock, bufferChars: 200 })
    journal.append('run.warned', { message: 'one' })
    clock.advance(100)
    expect(() => journal.flush()).toThrow(/ENOSPC/)
    // Kept, and bounded: the buffer takes no more than it may hold.
    journal.append('run.warned', { message: 'x'.repeat(200) })
    expect(() => journal.append('run.warned', { message: 'two' })).toThrow(/ENOSPC/)
    expect(() => journal.close()).toThrow(/ENOSPC/)
    journal.close()
  },
)

test('a path that cannot be opened throws at once', () => {
  expect(() => open({ path: join(folder, 'missing', 'run.jsonl') })).toThrow(/ENOENT/)
})

test('an append costs less than 10 µs', () => {
  using journal = disposable(openJournal({ path, by: 'runtime', clock: systemClock, secrets: ['never-there-secret'] }))
  const order = { tradeId: 't1', clientId: 'r7-t1-0', symbol: 'BTCUSDT', place: 0, leg: 'long', side: 'buy' } as const
  const terms = { purpose: 'entry', lots: 10, priceTicks: 606_171, timeInForce: 'gtc', notionalUsd: 100.25 } as const
  const event = { ...order, ...terms, reduceOnly: false, closeAll: false }
  const n = 5_000
  let bestUs = Number.POSITIVE_INFINITY
  for (let round = 0; round < 10; round += 1) {
    // CPU time: a neighbour on a shared machine must not fail a test of ours.
    const before = process.threadCpuUsage()
    for (let i = 0; i < n; i += 1) journal.append('order.submitted', event)
    const { user, system } = process.threadCpuUsage(before)
    bestUs = Math.min(bestUs, (user + system) / n)
  }
  expect(bestUs).toBeLessThan(10)
})

function disposable<T extends { close(): void }>(journal: T): T & Disposable {
  return Object.assign(journal, { [Symbol.dispose]: () => journal.close() })
}
