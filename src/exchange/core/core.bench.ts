/**
 * Order operations of the pure core on one thread, against the floor: the same operations on a bare book, price levels in
 * a map without a rule, an account or an answer. Blocks of each in turn, so that a busy machine is busy for both.
 *
 *   npx node src/exchange/core/core.bench.ts [operations per block] [mix]
 *
 * One operation is one create, amend or cancel: checked, matched and answered, its rows pushed as they are handed to the
 * streams, while the market runs: 16 accounts, 3 symbols, 5 µs of venue time each, no operation at a price of the market's.
 *
 *   rest    limit orders into the book, and cancelled again
 *   amend   price and quantity of resting orders
 *   fill    an order at the front and another account's immediate one that takes it, in turn
 *   mixed   40 % creates that rest, 40 % cancels, 10 % amends, 10 % as in fill
 *
 * In it: checks, margin, limits, fills of both sides, ids, pushes, all garbage collection that falls on the thread. Not in
 * it: what the client does, requests are chosen and written before the clock starts, but for the id that an earlier answer
 * gave; and what the shell does once somebody listens (rows as text, JSON, signatures, sockets: rest.bench.ts,
 * stream.bench.ts). What is left of the measuring itself is in it, and has a row of its own: `driver` sends the requests
 * to a core that answers at once. The naive venue of the tests is asked as well, for fewer operations: it scans all it
 * ever had. Last, what a venue costs that lives for five seconds.
 *
 * Each mix has a process of its own, as a venue has: after the others in one process the mixed load cost 1.3 to 1.4 times
 * as much, with the code that the engine had compiled, and inlined, for them.
 * Target: 200,000 operations/s. CPU is what is left of the measurement on a machine that is busy elsewhere.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../seams/clock.ts'
import { parseWorld, type World } from '../world.ts'
import { createExchange } from './exchange.ts'
import { overFloor, overNaive } from './test-support/bench-floor.ts'
import { ACCOUNTS, MARKET_OFFSET, MIXES, type Mix, planOf, type Way } from './test-support/bench-plan.ts'
import { overCore } from './test-support/bench-requests.ts'
import type { ExchangeCore } from './types.ts'

const START_MS = 1_767_225_600_000
const BLOCKS = 7
const NAIVE_OPERATIONS = 1_000
const LIVES = 300

interface Block {
  readonly perSecond: number
  readonly cpuUs: number
}

main(Number(process.argv[2] ?? 50_000), process.argv[3] as Mix | undefined)

function main(operations: number, mix: Mix | undefined): void {
  if (mix !== undefined) return compare(mix, operations)
  print(`median (best) of ${BLOCKS} blocks of ${operations} operations each`)
  print(`${''.padEnd(12)}${'per second'.padStart(26)}${'µs CPU each'.padStart(20)}`)
  for (const each of Object.keys(MIXES)) {
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), String(operations), each], { stdio: 'inherit' })
  }
  shortLives()
}

function compare(mix: Mix, operations: number): void {
  const core = blocksOf(overCore(createExchange(openWorld(), { startMs: START_MS }), START_MS), mix, operations)
  const floor = blocksOf(overFloor(), mix, operations)
  const [ofCore = [], ofFloor = []] = byTurns(core, floor)
  row(`${mix} core`, ofCore)
  row(`${mix} floor`, ofFloor)
  // Only now: compiled for two kinds of answers, the sending of requests would be slower for both.
  const [ofDriver = []] = byTurns(blocksOf(overCore(atOnce(), START_MS), mix, operations))
  row(`${mix} driver`, ofDriver)
  if (mix !== 'mixed') return
  row('mixed naive', [blocksOf(overNaive(), mix, NAIVE_OPERATIONS, 1)()])
  const reached = median(ofCore.map(({ perSecond }) => perSecond))
  print(`target 200,000 operations/s, mixed: ${reached >= 200_000 ? 'met' : 'MISSED'}`)
}

/** The blocks of each way; the first one of each is for warming up. */
function byTurns(...runs: readonly (() => Block)[]): readonly (readonly Block[])[] {
  const taken = runs.map((): Block[] => [])
  for (let block = 0; block <= BLOCKS; block += 1) {
    for (const [at, run] of runs.entries()) taken[at]!.push(run())
  }
  return taken.map((blocks) => blocks.slice(1))
}

/** Runs blocks of operations over one way; what is open stays open from block to block. */
function blocksOf<Request>(way: Way<Request>, mix: Mix, operations: number, blocks = BLOCKS + 1): () => Block {
  const requests = planOf(mix, blocks * operations).map(way.write)
  let from = 0
  return () => {
    const to = from + operations
    const before = process.threadCpuUsage()
    const startedUs = systemClock.nowUs()
    for (let n = from; n < to; n += 1) way.perform(requests[n]!)
    const elapsedUs = systemClock.nowUs() - startedUs
    const { user, system } = process.threadCpuUsage(before)
    from = to
    return { perSecond: operations / (elapsedUs / 1e6), cpuUs: (user + system) / operations }
  }
}

/** In place of the core: takes everything in, does nothing. */
function atOnce(): Pick<ExchangeCore, 'handle'> {
  const answered = {
    reply: { retCode: 0, retMsg: 'OK', result: { orderId: 'any' }, retExtInfo: {} },
    pushes: [{ kind: 'public', topic: '', frame: {} }],
  } as const
  return { handle: () => answered }
}

/** The calm world with money and limits that never bind, and room between its best prices. */
function openWorld(): World {
  const calm = calmWorld()
  return parseWorld({
    ...calm,
    instruments: calm.instruments.map((each) => ({
      ...each,
      market: { ...each.market, spreadTicks: 2 * MARKET_OFFSET, spreadBurstShare: 0, volatilityBps: 0 },
    })),
    accounts: ACCOUNTS.map((id) => ({ accountId: id, apiKey: `key${id}`, apiSecret: `secret${id}`, usdt: '10000000' })),
    limits: { create: 100_000, amend: 100_000, cancel: 100_000 },
  })
}

function calmWorld(): { readonly instruments: readonly { readonly market: object }[] } {
  return JSON.parse(readFileSync(new URL('../../../fixtures/worlds/calm.json', import.meta.url), 'utf8'))
}

/** What a simulation pays for every venue it starts: the calm world, five seconds of it, nobody there. */
function shortLives(): void {
  const world = parseWorld(calmWorld())
  const opened: number[] = []
  const lived: number[] = []
  for (let life = 0; life <= LIVES; life += 1) {
    const startedUs = systemClock.nowUs()
    const exchange = createExchange(world, { startMs: START_MS })
    const openUs = systemClock.nowUs()
    exchange.advance(START_MS + 5_000)
    const endedUs = systemClock.nowUs()
    opened.push(openUs - startedUs)
    lived.push(endedUs - openUs)
  }
  const text = (values: readonly number[]): string => `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)})`
  print(`a calm world opened ${text(opened)} µs, its first five seconds ${text(lived)} µs: median (best) of ${LIVES}`)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!
}

function row(title: string, blocks: readonly Block[]): void {
  const speeds = blocks.map(({ perSecond }) => perSecond)
  const cpu = blocks.map(({ cpuUs }) => cpuUs)
  const speed = `${median(speeds).toFixed(0)} (${Math.max(...speeds).toFixed(0)})`
  const each = `${median(cpu).toFixed(2)} (${Math.min(...cpu).toFixed(2)})`
  print(`${title.padEnd(12)}${speed.padStart(26)}${each.padStart(20)}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
