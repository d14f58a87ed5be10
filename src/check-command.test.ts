/**
 * The `check` command and what `exchange --journal` writes for it, driven through a real venue.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCheck } from './check-command.ts'
import { runExchange } from './exchange/command.ts'
import { startExchange } from './exchange/server.ts'
import { post } from './exchange/test-support/clients.ts'
import { shippedWorld } from './exchange/test-support/worlds.ts'
import { openVenueJournal } from './exchange/venue-journal.ts'
import { readJournal } from './journal/read.ts'
import { systemClock } from './seams/clock.ts'

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'check-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function written(folder: string, name: string, value: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}

async function said(run: (out: { write(text: string): void }) => Promise<number>) {
  let text = ''
  const code = await run({
    write(more) {
      text += more
    },
  })
  return { code, text }
}
const check = (...argv: string[]) => said((out) => runCheck(argv, out, out))

type Order = Readonly<Record<string, unknown>>

/** A venue, some orders, and its journal. */
async function traded(folder: string, orders: readonly Order[]): Promise<string> {
  const path = join(folder, 'out.jsonl')
  const journal = openVenueJournal({ path, clock: systemClock, seed: '1', plannedFaults: [] })
  const exchange = await startExchange({ world: shippedWorld('calm'), watch: journal.watch })
  const { restUrl, apiKey: key, apiSecret: secret } = exchange
  const send = (path: string, body: Order) =>
    post(`${restUrl}${path}`, JSON.stringify({ category: 'linear', ...body }), {
      timestampMs: systemClock.wallMs(),
      key,
      secret,
    })
  await send('/v5/position/switch-mode', { symbol: 'BTCUSDT', mode: 3 })
  for (const order of orders) await send('/v5/order/create', { symbol: 'BTCUSDT', qty: '0.010', ...order })
  await exchange.close()
  journal.close('closed on request')
  return path
}
const market = (side: 'Buy' | 'Sell', positionIdx: 1 | 2, orderLinkId: string): Order => ({
  orderType: 'Market',
  side,
  positionIdx,
  orderLinkId,
})

test('a pair that is opened and closed passes; the journal holds orders, executions and refusals, and no secret', () =>
  inFolder(async (folder) => {
    const journal = await traded(folder, [
      market('Buy', 1, 'a'),
      market('Sell', 2, 'b'),
      market('Sell', 1, 'c'),
      market('Buy', 2, 'd'),
      market('Buy', 2, 'd'),
    ])
    const bounds = written(folder, 'bounds.json', { nakedMaxMs: 5_000 })
    const { code, text } = await check(journal, '--bounds', bounds)
    expect(code, text).toBe(0)
    expect(text).toMatch(/\npass\n$/)
    const { events, complete } = readJournal(journal)
    expect(complete).toBe(true)
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['venue.started', 'venue.execution', 'venue.order', 'venue.refused', 'venue.finished']),
    )
    expect(readFileSync(journal, 'utf8')).not.toContain(shippedWorld('calm').accounts[0]!.apiSecret)
  }))

test('what is open when the venue closes is written down, and fails', () =>
  inFolder(async (folder) => {
    const resting = { orderType: 'Limit', price: '50000.0', side: 'Buy', positionIdx: 1, orderLinkId: 'rest' }
    const journal = await traded(folder, [market('Buy', 1, 'a'), market('Sell', 2, 'b'), resting])
    const bounds = written(folder, 'bounds.json', { nakedMaxMs: 5_000 })
    const { code, text } = await check(journal, '--bounds', bounds, '--out', join(folder, 'report'))
    expect(code).toBe(1)
    expect(text).toContain('settled: 1 order open: rest; 2 positions left')
    expect(text).toContain('pass     P2  conservation')
    expect(readFileSync(join(folder, 'report/index.html'), 'utf8')).toContain('1 order open: rest')
  }))

test('bad input is named at once, and judges nothing', () =>
  inFolder(async (folder) => {
    const journal = written(folder, 'run.jsonl', '')
    const bounds = written(folder, 'bounds.json', { nakedMaxMs: 'soon' })
    const { code, text } = await check(journal, '--bounds', bounds, '--colour')
    expect(code).toBe(2)
    for (const named of ["not a venue's journal", 'nakedMaxMs', '--colour']) expect(text).toContain(named)
    expect((await check()).text).toMatch(/one journal.*\n.*--bounds FILE is missing/)
    expect(await check('--help')).toMatchObject({ code: 0, text: expect.stringContaining('nakedMaxMs') })
  }))

test('the exchange refuses a plan, handlers or a journal it cannot use, before it listens', () =>
  inFolder(async (folder) => {
    const plan = written(folder, 'plan.json', {
      faults: [{ name: 'x', party: 'rest', op: 'create', verdict: { do: 'drop' } }],
    })
    const handlers = written(folder, 'handlers.mjs', 'export default 1')
    const journal = written(folder, 'out.jsonl', 'something\n')
    const argv = ['--faults', plan, '--fault-handlers', handlers, '--journal', journal]
    const { code, text } = await said((out) => runExchange(argv, out, out))
    expect(code).toBe(2)
    for (const named of ['faults[0].party', 'array of MSW http handlers', 'holds something already'])
      expect(text).toContain(named)
    expect(text).not.toContain('http://')
    const ofProcess = join(import.meta.dirname, '../fixtures/faults/process-paused.json')
    const refused = await said((out) => runExchange(['--faults', ofProcess], out, out))
    expect(refused).toMatchObject({ code: 2, text: expect.stringContaining('faults[0].party = "process"') })
  }))
