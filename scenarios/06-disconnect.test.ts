/**
 * Scenario 6: the sockets die.
 *
 * Cleanly, by reset, and in the worst way: half-open, when nothing arrives and nothing says so. The streams come back by
 * themselves and subscribe again; nothing is traded on stale quotes; fills that happened meanwhile are recovered.
 */
import { expect } from 'vitest'
import { cutStreams } from '../src/exchange/spawn.ts'
import type { Fault, FaultVerdict } from '../src/faults/plan-types.ts'
import type { JournalLine } from '../src/journal/events.ts'
import type { Run } from '../src/journal/run.ts'
import { linesOf } from '../src/journal/run.ts'
import { judgeBound } from './support/budgets.ts'
import { scenario } from './support/scenario.ts'

const STALE_AFTER_MS = 600
const SILENCE_MS = 1_200
const SETTINGS = {
  STALE_AFTER_MS: String(STALE_AFTER_MS),
  SILENCE_PUBLIC_MS: String(SILENCE_MS),
  SILENCE_PRIVATE_MS: String(SILENCE_MS),
  PING_INTERVAL_MS: '300',
  MAX_HOLD_MS: '400',
  SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '5000',
}
/** The public socket is cut at this age: by then its quotes are being traded. */
const CUT_AT_MS = 1_000
/** No leg is late and no look is due while a gap lasts: what it hid is found by asking after it, or not in time (P4). */
const ONLY_THE_GAP_ASKS = { LEG_TIMEOUT_MS: '5000', RECONCILE_INTERVAL_MS: '60000' }
/** From the loss being noticed to subscribed again: backoff, handshakes, and this machine. */
const BACK_WITHIN_MS = 2_000

const CUTS: readonly { readonly how: string; readonly verdict: FaultVerdict; readonly noticedMs: number }[] = [
  { how: 'closed cleanly', verdict: { do: 'close', code: 1001 }, noticedMs: 0 },
  { how: 'reset', verdict: { do: 'reset' }, noticedMs: 0 },
  { how: 'half-open', verdict: { do: 'silence' }, noticedMs: SILENCE_MS },
]

function socketFault(party: 'public-stream' | 'private-stream', verdict: FaultVerdict, when: Partial<Fault>): Fault {
  return { name: `the ${party.replace('-', ' ')} is cut`, party, op: 'socket', verdict, ...when }
}

for (const { how, verdict, noticedMs } of CUTS) {
  const faults = [socketFault('public-stream', verdict, { socketAgeMs: CUT_AT_MS })]
  scenario(
    `the public stream is ${how}: it comes back, subscribes again, and no stale quote is traded`,
    {
      proves: `After the public stream was ${how}, quotes flow again within the bound and nothing was traded in the gap.`,
      settings: SETTINGS,
      faults,
      elsewhere: { faults },
    },
    async ({ journal, runtime, finish, budgets }) => {
      const gap = await journal.until('stream.gap', (line) => line.data.stream === 'public')
      await journal.until('trade.planned', (line) => line.at > gap.at)
      runtime.signal('SIGINT')
      const { run } = await finish()
      const gapMs = (gap.data.toUs - gap.data.fromUs) / 1000
      budgets([judgeBound(`public stream back after it was ${how}`, gapMs, noticedMs + BACK_WITHIN_MS)])
      expectNothingStaleTraded(run, gap)
      const after = linesOf(run, 'stream.subscribed').filter(
        (line) => line.data.stream === 'public' && line.at > gap.data.fromUs,
      )
      expect(after.flatMap((line) => line.data.topics)).toContain('orderbook.1.BTCUSDT')
    },
  )
}

for (const { how, verdict, noticedMs } of CUTS) {
  // Cut as the second entry order is sent: both legs fill while nobody listens.
  const faults = [socketFault('private-stream', verdict, { afterCreates: 2 })]
  scenario(
    `the private stream is ${how} as the legs fill: the fills are recovered and the trade is managed on`,
    {
      proves: `Fills that happened while the private stream was ${how} are found by asking, within the recovery bound.`,
      settings: { ...SETTINGS, ...ONLY_THE_GAP_ASKS },
      faults,
      maxTrades: 2,
      elsewhere: { faults },
    },
    async ({ finish, budgets }) => {
      const { run } = await finish()
      const first = [...run.trades.values()][0]!
      const entries = first.fills.filter(
        (fill) => fill.data.clientId.endsWith('-0') || fill.data.clientId.endsWith('-1'),
      )
      expect(entries.length).toBeGreaterThan(0)
      expect(entries.some((fill) => fill.data.from !== 'stream')).toBe(true)
      expect(first.hedged).not.toBeNull()
      const gaps = linesOf(run, 'stream.gap').filter((line) => line.data.stream === 'private')
      expect(gaps.length).toBe(1)
      const gapMs = (gaps[0]!.data.toUs - gaps[0]!.data.fromUs) / 1000
      budgets([judgeBound(`private stream back after it was ${how}`, gapMs, noticedMs + BACK_WITHIN_MS)])
      // From the moment the loss is noticed nothing new is started until what was missed is known.
      const closed = linesOf(run, 'stream.closed').find((line) => line.data.stream === 'private')!
      const reconciled = linesOf(run, 'reconciled').find((line) => line.at > closed.at)!
      const started = linesOf(run, 'trade.planned').filter((line) => line.at > closed.at && line.at < reconciled.at)
      expect(started).toEqual([])
    },
  )
}

const LATE_BY_MS = 1_500
const LATE: readonly Fault[] = [
  {
    name: 'quotes arrive late',
    party: 'public-stream',
    op: 'orderbook',
    skip: 20,
    times: null,
    verdict: { do: 'delay', ms: LATE_BY_MS },
  },
]

scenario(
  "quotes that arrive late are stale by the venue's clock: they are counted and never traded",
  {
    proves: 'A stream that lags by more than the staleness bound ends trading, although every frame arrives.',
    settings: { ...SETTINGS, SILENCE_PUBLIC_MS: '5000' },
    faults: LATE,
    durationMs: 5_500,
    elsewhere: { faults: LATE },
  },
  async ({ finish }) => {
    const { run } = await finish()
    expect(run.metrics.last!.skips['stale']).toBeGreaterThan(10)
    const lateSinceUs = run.faults.applied[0]!.at
    // What was on its way is at most as old as the bound; after that nothing may start.
    const started = linesOf(run, 'trade.planned').filter((line) => line.at > lateSinceUs + STALE_AFTER_MS * 1000)
    expect(started).toEqual([])
    expect(linesOf(run, 'trade.planned').length).toBeGreaterThan(0)
  },
)

const OUTAGE: readonly Fault[] = [
  socketFault('private-stream', { do: 'reset' }, { afterCreates: 2 }),
  {
    name: 'the private stream cannot come back at once',
    party: 'private-stream',
    op: 'connect',
    times: 3,
    afterCreates: 2,
    verdict: { do: 'http', status: 503 },
  },
]

scenario(
  'while the private stream is down nothing new is started, and what was missed is asked for before anything is',
  {
    proves: 'Opportunities during a private outage are skipped by name; entries open again only after reconciliation.',
    settings: { ...SETTINGS, SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT,SOLUSDT' },
    faults: OUTAGE,
    elsewhere: { faults: OUTAGE },
  },
  async ({ journal, runtime, finish }) => {
    const reconciled = await journal.until('reconciled', (line) => line.data.cause === 'private gap')
    await journal.until('trade.planned', (line) => line.at > reconciled.at)
    runtime.signal('SIGINT')
    const { run } = await finish()
    const closed = linesOf(run, 'stream.closed').find((line) => line.data.stream === 'private')!
    const started = linesOf(run, 'trade.planned').filter((line) => line.at > closed.at && line.at < reconciled.at)
    expect(started).toEqual([])
    expect(run.metrics.last!.skips['private-stream-down']).toBeGreaterThan(0)
  },
)

scenario(
  'the venue resets every socket at once: both streams come back and trading goes on',
  {
    proves: 'A venue restart is survived: both gaps end, the books agree, and new trades follow.',
    settings: SETTINGS,
    elsewhere: { skip: "needs the venue's administration side" },
  },
  async ({ journal, target, runtime, finish }) => {
    await journal.until('trade.hedged')
    await Promise.all([
      cutStreams(target.adminUrl!, 'public', 'reset'),
      cutStreams(target.adminUrl!, 'private', 'reset'),
    ])
    const gaps = await Promise.all([
      journal.until('stream.gap', (line) => line.data.stream === 'public'),
      journal.until('stream.gap', (line) => line.data.stream === 'private'),
    ])
    const both = Math.max(...gaps.map((gap) => gap.at))
    await journal.until('trade.planned', (line) => line.at > both)
    runtime.signal('SIGINT')
    const { run } = await finish()
    for (const gap of gaps) expectNothingStaleTraded(run, gap)
  },
)

/** Within a gap a quote is at most so old when it is traded; later than that nothing may start. */
function expectNothingStaleTraded(run: Run, gap: JournalLine<'stream.gap'>): void {
  if (gap.data.stream !== 'public') return
  const staleFromUs = gap.data.fromUs + STALE_AFTER_MS * 1000
  const started = linesOf(run, 'trade.planned').filter((line) => line.at > staleFromUs && line.at < gap.data.toUs)
  expect(started).toEqual([])
}
