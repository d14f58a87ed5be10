/**
 * What one schedule costs, and where: processor time of the whole process, ms, by part of the way.
 *
 *   npx node src/simulation/simulate.bench.ts [schedules]
 *   npx node --max-semi-space-size=32 src/simulation/simulate.bench.ts      as an explorer's worker (explore-jobs.ts)
 *
 * A fixed mix in equal shares: nothing wrong; a leg that rests until its timeout; a leg refused; a lost reply; a private
 * stream that falls silent. As many as 1,000 before warm up and are not counted: an exploration plays thousands.
 * Target: 10,000 schedules a minute on one core, which is 6 ms each. The rate is what one core would do that had nothing
 * else to do: processor time, not the wall clock of a machine that is busy elsewhere. A busy neighbour makes processor time
 * dearer all the same; the fixed work beside the schedules (a journal's text read and written) tells how dear it was.
 */
import type { Fault } from '../faults/plan-types.ts'
import { quietMsAfter } from './quiet.ts'
import { judge, openRun, play } from './simulate.ts'
import type { Schedule } from './stage.ts'
import { schedule } from './test-support/schedules.ts'

const TARGET_PER_MINUTE = 10_000
const WARM_UP = 1_000

const LOST_REPLY: Fault = {
  name: 'the reply to the short leg is lost',
  party: 'rest-reply',
  op: 'create',
  leg: 'short',
  reduceOnly: false,
  verdict: { do: 'drop' },
}
const REFUSED: Fault = {
  ...LOST_REPLY,
  name: 'the short leg is refused',
  party: 'rest-request',
  verdict: { do: 'retCode', code: 110007, message: 'ab not enough for new order' },
}
const SILENT: Fault = {
  name: 'the private stream falls silent',
  party: 'private-stream',
  op: 'socket',
  afterCreates: 1,
  verdict: { do: 'silence' },
}
const LATE = {
  atMs: 0,
  change: { do: 'matchDelay', symbol: 'BTCUSDT', side: 'buy', delayMs: 2_000 },
} as const
/** Found out within the run. */
const SOON_SILENT = { SILENCE_PRIVATE_MS: '2000', PING_INTERVAL_MS: '500', MAX_HOLD_MS: '4000' }

const MIX: Readonly<Record<string, () => Schedule>> = {
  calm: () => schedule(),
  'leg timeout': () => schedule({ changes: [LATE] }),
  refused: () => schedule({ faults: { faults: [REFUSED] } }),
  'lost reply': () => schedule({ faults: { faults: [LOST_REPLY] } }),
  silence: () =>
    schedule({ faults: { faults: [SILENT] } }, { ...SOON_SILENT, SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '60000' }),
}

const PARTS = ['open the world', 'start', 'trade', 'quiet', 'truth', 'parse and check'] as const
type Costs = Record<(typeof PARTS)[number], number>

await main(Number(process.argv[2] ?? 1_000))

async function main(schedules: number): Promise<void> {
  const names = Object.keys(MIX)
  const templates = names.map((name) => MIX[name]!())
  const sums = names.map(() => costs(() => 0))
  const fixed = await fixedWork()
  let fixedMs = 0
  for (let n = 0; n < WARM_UP + schedules; n += 1) {
    const kind = n % names.length
    const cost = await costOf({ ...templates[kind]!, seed: `bench ${n}` })
    const beside = fixed()
    if (n < WARM_UP) continue
    fixedMs += beside
    for (const part of PARTS) sums[kind]![part] += cost[part]
  }
  const share = schedules / names.length
  const means = sums.map((sum) => costs((part) => sum[part] / share))
  const mean = costs((part) => means.reduce((sum, each) => sum + each[part], 0) / names.length)
  print(`ms of CPU each, ${schedules} schedules`)
  row('', ['all', ...PARTS])
  for (const [kind, name] of names.entries()) row(name, numbers(means[kind]!))
  row('mean', numbers(mean))
  print(
    `fixed work ${(fixedMs / schedules).toFixed(3)} ms; a schedule costs ${((total(mean) * schedules) / fixedMs).toFixed(1)} times that`,
  )
  const perMinute = Math.round(60_000 / total(mean))
  const verdict = perMinute >= TARGET_PER_MINUTE ? 'met' : 'MISSED'
  print(`${perMinute} schedules a minute on one core; target ${TARGET_PER_MINUTE}: ${verdict}`)
}

/** What the machine charges for a journal read as JSON and written again, ms of CPU. */
async function fixedWork(): Promise<() => number> {
  const opened = openRun(MIX['calm']!())
  await play(opened.stage.clock, opened.runtime, opened.schedule.tradeMs)
  const lines = opened.journal.text().trimEnd().split('\n')
  return () => {
    const { user, system } = process.cpuUsage()
    for (const line of lines) JSON.stringify(JSON.parse(line))
    const after = process.cpuUsage()
    return (after.user + after.system - user - system) / 1_000
  }
}

/** Plays as `simulate` does, with a look at the processor's clock between the parts. */
async function costOf(one: Schedule): Promise<Costs> {
  const spent = costs(() => 0)
  let before = process.cpuUsage()
  const lap = (part: (typeof PARTS)[number]): void => {
    const now = process.cpuUsage()
    spent[part] = (now.user + now.system - before.user - before.system) / 1_000
    before = now
  }
  const opened = openRun(one)
  const { stage, runtime, journal } = opened
  lap('open the world')
  await stage.clock.passUntil(runtime.start(), one.tradeMs)
  lap('start')
  const result = await play(stage.clock, runtime, one.tradeMs)
  lap('trade')
  await stage.clock.pass(quietMsAfter(result, one))
  lap('quiet')
  await stage.recordTruth(journal.writer('harness'))
  lap('truth')
  judge(opened, result)
  lap('parse and check')
  return spent
}

function costs(of: (part: (typeof PARTS)[number]) => number): Costs {
  return Object.fromEntries(PARTS.map((part) => [part, of(part)])) as Costs
}

function total(cost: Costs): number {
  return PARTS.reduce((sum, part) => sum + cost[part], 0)
}

function numbers(cost: Costs): string[] {
  return [total(cost), ...PARTS.map((part) => cost[part])].map((ms) => ms.toFixed(2))
}

function row(name: string, cells: readonly string[]): void {
  print(name.padEnd(12) + cells.map((cell) => cell.padStart(16)).join(''))
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
