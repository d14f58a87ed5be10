/**
 * Scenario 7: Ctrl+C comes with trades open.
 *
 * The command line runs as a real child process; the signal reaches its whole process group, as at a terminal. Every
 * trade is closed at the venue, no order is left, the summary is printed, the report is written, and it exits 0. A second
 * signal stops at once and says what stays open.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readJournal } from '../src/journal/read.ts'
import { linesOf } from '../src/journal/run.ts'
import { systemClock } from '../src/seams/clock.ts'
import { BUDGETS, judge, judgeBound } from './support/budgets.ts'
import { cliScenario } from './support/cli-scenario.ts'
import { scenario, within } from './support/scenario.ts'
import { PATIENCE_MS } from './support/tail.ts'

/** Trades are opened and held until the signal comes. */
const HOLDING = {
  SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT,SOLUSDT',
  SYNTHETIC_SPREAD_BPS: '45',
  SYNTHETIC_FUNDING_DELTA: '0.01',
  TRADE_SIZE_USD: '300',
  MAX_HOLD_MS: '600000',
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '200000',
}
const EXIT_MAX_MS = 5_000

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  cliScenario(
    `${signal} with trades open: every trade is closed, no order is left, the report is written, exit 0 within 5 s`,
    { proves: `${signal} ends a run flat, with its summary and its report.`, settings: HOLDING },
    async ({ cli, journal, out, judgeAtVenue, budgets }) => {
      await journal.until('trade.hedged')
      await journal.until('trade.hedged', (line) => line.data.tradeId !== 't1')
      const sentUs = systemClock.nowUs()
      cli.signalGroup(signal)
      const { code } = await within(cli.exited, PATIENCE_MS, 'the exit')
      const tookMs = (systemClock.nowUs() - sentUs) / 1000
      expect(code, cli.output()).toBe(0)
      budgets([judge(BUDGETS.shutdown, { actual: tookMs, n: 1 })])

      const { positions, openOrders } = await judgeAtVenue()
      expect(positions).toEqual([])
      expect(openOrders).toEqual([])
      expect(cli.output()).toContain('=== Test Metrics Summary ===')
      expect(cli.output()).toContain('Flat: no position and no order of this run is left.')
      expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('<!doctype html>')
      expect(existsSync(join(out, 'junit.xml'))).toBe(true)
      const run = readJournal(join(out, 'journal.jsonl'))
      expect(run.finished!.data).toMatchObject({ exitCode: 0, tradesLeftOpen: [] })
      expect([...run.trades.values()].every((trade) => trade.phase === 'flat')).toBe(true)
      expect([...run.trades.values()].some((trade) => trade.flat!.data.reason === 'shutdown')).toBe(true)
    },
  )
}

cliScenario(
  'a second signal stops at once, names what stays open, and exits non-zero',
  {
    proves: 'Whoever insists is obeyed, and told what it costs.',
    settings: HOLDING,
    // Closing takes long enough to be interrupted: every reducing order is held on the wire.
    faults: [
      {
        name: 'closing orders are held on the wire',
        party: 'rest-request',
        op: 'create',
        reduceOnly: true,
        times: null,
        verdict: { do: 'delay', ms: 3_000 },
      },
    ],
    elsewhere: { skip: 'would leave positions open on an account that is not thrown away' },
  },
  async ({ cli, journal, budgets }) => {
    await journal.until('trade.hedged')
    cli.signalGroup('SIGINT')
    await journal.until('order.submitted', (line) => line.data.reduceOnly)
    cli.signalGroup('SIGINT')
    const sentUs = systemClock.nowUs()
    const { code } = await within(cli.exited, PATIENCE_MS, 'the exit')
    const tookMs = (systemClock.nowUs() - sentUs) / 1000
    expect(code).toBe(1)
    expect(cli.output()).toContain('STILL OPEN')
    expect(cli.output()).toMatch(/USDT trade t1/)
    budgets([judgeBound('the exit after a second signal', tookMs, EXIT_MAX_MS)])
  },
)

cliScenario(
  'the command line is killed with SIGKILL: the runtime notices and closes every trade by itself',
  {
    proves: 'A runtime whose parent is gone shuts down gracefully: nobody is left naked by a killed shell.',
    settings: HOLDING,
  },
  async ({ cli, journal, judgeAtVenue, judgeJournal }) => {
    await journal.until('trade.hedged')
    cli.child.kill('SIGKILL')
    await journal.until('run.finished', (line) => line.data.exitCode === 0)
    const { positions, openOrders } = await judgeAtVenue()
    expect(positions).toEqual([])
    expect(openOrders).toEqual([])
    // The one who would have asked the venue for its books is dead: the scenario asks instead.
    expect((await judgeJournal()).findings.filter((finding) => finding.verdict !== 'pass')).toEqual([])
  },
)

cliScenario(
  'the runtime is killed with SIGKILL between two orders: the next run closes what it left, explains it, and trades',
  {
    proves:
      'Intents are written down before they are sent: whatever moment a process is killed at, the next one finds it.',
    settings: HOLDING,
    faults: [{ name: 'killed', party: 'process', op: 'process', afterCreates: 4, verdict: { do: 'kill' } }],
  },
  async ({ cli, out, startAgain, judgeAtVenue }) => {
    const killed = await within(cli.exited, PATIENCE_MS, 'the end of the killed run')
    expect(killed.code, cli.output()).toBe(1)
    const before = readJournal(join(out, 'journal.jsonl'))
    expect(before.finished).toBeNull()
    expect(linesOf(before, 'order.submitted')).toHaveLength(4)
    expect((await judgeAtVenue()).positions.length).toBeGreaterThanOrEqual(2)

    await using next = startAgain('--max-trades', '1', '--duration', '300ms')
    // Exit 0: every promise holds, by the venue's books since the first order of the killed run.
    const { code } = await within(next.exited, PATIENCE_MS, 'the end of the next run')
    expect(code, next.output()).toBe(0)
    const { runId } = before.started!.data
    expect(next.output()).toContain(`run ${runId} never ended; what it left is closed first (4 orders are asked about)`)
    expect(next.output()).toContain(`Recovered run ${runId}: 4 orders asked about`)
    expect(await judgeAtVenue()).toEqual({ positions: [], openOrders: [] })
    const run = readJournal(join(out, 'journal.jsonl'))
    const { data } = linesOf(run, 'recovered')[0]!
    expect(data).toMatchObject({ runIds: [runId], complete: true })
    expect(data.orders.map(({ clientId }) => clientId)).toEqual(
      linesOf(before, 'order.submitted').map((line) => line.data.clientId),
    )
    expect(
      data.positions.every(({ heldLots, closedLots, leftLots }) => heldLots === closedLots && leftLots === 0),
    ).toBe(true)
    expect(readJournal(join(out, `journal-${runId}.jsonl`)).started!.data.runId).toBe(runId)
  },
)

scenario(
  'what cannot be closed is named with its amount, and the exit code says so',
  {
    proves: 'When the venue refuses every closing order, the run does not pretend: it names the position and exits 1.',
    settings: { ...HOLDING, SYMBOLS_TO_TRADE: 'BTCUSDT' },
    faults: [
      {
        name: 'the venue refuses every closing order',
        party: 'rest-request',
        op: 'create',
        reduceOnly: true,
        times: null,
        verdict: { do: 'retCode', code: 110005, message: 'position status' },
      },
    ],
    maxTrades: 1,
    elsewhere: { skip: 'would leave positions open on an account that is not thrown away' },
  },
  async ({ journal, runtime, finish }) => {
    await journal.until('trade.hedged')
    runtime.signal('SIGINT')
    const { run, output } = await finish({ exitCode: 1 })
    expect(output).toContain('STILL OPEN')
    const lots = run.trades.get('t1')!.planned!.data.lots
    expect(run.finished!.data.tradesLeftOpen).toMatchObject([
      { tradeId: 't1', symbol: 'BTCUSDT', longLots: lots, shortLots: lots, nakedLots: 0 },
    ])
    expect(output).toContain(`BTCUSDT trade t1: long ${lots} lots, short ${lots} lots, naked 0`)
    // The venue agrees to the lot.
    expect(run.truth!.data.positions.map((row) => row.lots)).toEqual([lots, lots])
  },
)
