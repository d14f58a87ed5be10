/**
 * Order operations of the pure core on one thread, against the floor: the same operations on a bare book, price levels in
 * a map without a rule, an account or an answer. Blocks of each in turn, so that a busy machine is busy for both.
 *
 *   npx node src/exchange/core/core.bench.ts [operations per block]
 *
 * One operation is one create, amend or cancel: checked, matched and answered, its rows pushed as they are handed to the
 * streams, while the market runs: 16 accounts, 3 symbols, 5 µs of venue time each, no operation at a price of the market's.
 *
 *   rest    limit orders into the book, and cancelled again
 *   amend   price and quantity of resting orders
 *   fill    an order at the front and another account's immediate one that takes it, in turn
 *   mixed   40 % creates that rest, 40 % cancels, 10 % amends, 10 % as in fill
 *
 * In it: checks, margin, limits, fills of both sides, ids, pushes, and the choice of the operation; its numbers are text
 * already. Not in it: what the shell does once somebody listens (rows as text, JSON, signatures, sockets: rest.bench.ts,
 * stream.bench.ts). The naive venue of the tests is asked as well, for fewer operations: it scans all it ever had.
 * Last, what a venue costs that lives for five seconds.
 * Target: 200,000 operations/s. CPU is what is left of the measurement on a machine that is busy elsewhere.
 */
import { readFileSync } from 'node:fs'
import { systemClock } from '../../seams/clock.ts'
import { type Random, seededRandom } from '../../seams/random.ts'
import { parseWorld, type World } from '../world.ts'
import { createExchange } from './exchange.ts'
import { ACCOUNTS, overFloor, overNaive, SYMBOLS, type Terms, type Way } from './test-support/bench-floor.ts'

const START_MS = 1_767_225_600_000
const BLOCKS = 7
const NAIVE_OPERATIONS = 1_000
const LIVES = 300
/** The market is this far from the middle; orders that fill each other are inside, those that rest outside, ticks. */
const MARKET_OFFSET = 20
const FRONT_OFFSET = 5
const REST_OFFSETS = [60, 200] as const
const LOTS_MAX = 4
/** Resting orders of one account before it stops adding to them. */
const OPEN_MAX = 60

/** Shares of the operations; cancels are what is left. */
const MIXES = {
  rest: { fill: 0, amend: 0, create: 0.5 },
  amend: { fill: 0, amend: 0.9, create: 0.05 },
  fill: { fill: 1, amend: 0, create: 0 },
  mixed: { fill: 0.1, amend: 0.1, create: 0.4 },
} as const
type Mix = keyof typeof MIXES

interface Block {
  readonly perSecond: number
  readonly cpuUs: number
}

main(Number(process.argv[2] ?? 50_000))

function main(operations: number): void {
  print(`median (best) of ${BLOCKS} blocks of ${operations} operations each`)
  print(`${''.padEnd(12)}${'per second'.padStart(26)}${'µs CPU each'.padStart(20)}`)
  let reached = 0
  for (const mix of Object.keys(MIXES) as Mix[]) {
    const core = blocksOf(overCore(), mix, operations)
    const floor = blocksOf(overFloor(), mix, operations)
    const blocks = { core: [] as Block[], floor: [] as Block[] }
    for (let block = 0; block <= BLOCKS; block += 1) {
      const taken = { core: core(), floor: floor() }
      if (block === 0) continue // warm-up
      blocks.core.push(taken.core)
      blocks.floor.push(taken.floor)
    }
    row(`${mix} core`, blocks.core)
    row(`${mix} floor`, blocks.floor)
    reached = median(blocks.core.map(({ perSecond }) => perSecond))
  }
  row('mixed naive', [blocksOf(overNaive(), 'mixed', NAIVE_OPERATIONS)()])
  print(`target 200,000 operations/s, mixed: ${reached >= 200_000 ? 'met' : 'MISSED'}`)
  shortLives()
}

/** Runs blocks of operations over one way; what is open stays open from block to block. */
function blocksOf<Name>(way: Way<Name>, mix: Mix, operations: number): () => Block {
  const random = seededRandom(`core.bench/${mix}`)
  const operate = operator(way, random, MIXES[mix])
  return () => {
    const before = process.threadCpuUsage()
    const startedUs = systemClock.nowUs()
    for (let n = 0; n < operations; n += 1) operate(n % ACCOUNTS.length)
    const elapsedUs = systemClock.nowUs() - startedUs
    const { user, system } = process.threadCpuUsage(before)
    return { perSecond: operations / (elapsedUs / 1e6), cpuUs: (user + system) / operations }
  }
}

/** Does the next operation of one account, as the mix has it. */
function operator<Name>(way: Way<Name>, random: Random, mix: (typeof MIXES)[Mix]): (by: number) => void {
  const open = ACCOUNTS.map((): { readonly name: Name; readonly terms: Terms }[] => [])
  let front: Terms | null = null

  const fresh = (by: number, offset: number): Terms => {
    const at = SYMBOLS[random.integer(0, SYMBOLS.length - 1)]!
    return { by, at, ...sided(at, random.next() < 0.5, offset), lots: random.integer(1, LOTS_MAX) }
  }
  const fill = (by: number): void => {
    if (front === null) {
      front = fresh(by, FRONT_OFFSET)
      way.create(front, 'GTC')
    } else {
      way.create({ ...front, by, isBuy: !front.isBuy }, 'IOC')
      front = null
    }
  }
  return (by) => {
    const mine = open[by]!
    const draw = random.next()
    if (draw < mix.fill) return fill(by)
    const isFull = mine.length >= OPEN_MAX
    if (mine.length === 0 || (draw >= mix.fill + mix.amend && draw < mix.fill + mix.amend + mix.create && !isFull)) {
      const terms = fresh(by, random.integer(...REST_OFFSETS))
      mine.push({ name: way.create(terms, 'GTC'), terms })
      return
    }
    const chosen = random.integer(0, mine.length - 1)
    const { name, terms } = mine[chosen]!
    if (draw < mix.fill + mix.amend) {
      const moved = sided(terms.at, terms.isBuy, random.integer(...REST_OFFSETS))
      return way.amend(name, { ...terms, ...moved, lots: random.integer(1, LOTS_MAX) })
    }
    mine[chosen] = mine.at(-1)!
    mine.pop()
    way.cancel(name, terms)
  }
}

function sided(at: Terms['at'], isBuy: boolean, offset: number): Pick<Terms, 'isBuy' | 'ticks'> {
  return { isBuy, ticks: isBuy ? at.midTicks - offset : at.midTicks + offset }
}

/** The core, as the shell asks it. */
function overCore(): Way<string> {
  const exchange = createExchange(openWorld(), { startMs: START_MS })
  let nowMs = START_MS
  const ask = (by: number, path: string, params: Readonly<Record<string, unknown>>): string => {
    nowMs += 0.005
    const { reply, pushes } = exchange.handle({ accountId: ACCOUNTS[by]!, method: 'POST', path, params }, nowMs)
    const isSame = reply.retMsg === 'order not modified'
    if (reply.retCode !== 0 && !isSame) throw new Error(`${path}: ${reply.retCode} ${reply.retMsg}`)
    if (pushes.length === 0 && !isSame) throw new Error(`${path} pushed nothing`)
    return (reply.result as { readonly orderId: string }).orderId
  }
  const written = new Map(SYMBOLS.map((at) => [at, textsOf(at)]))
  const texts = ({ at, ticks, lots }: Terms) => {
    const { prices, sizes } = written.get(at)!
    return { price: prices[ticks - at.midTicks + REST_OFFSETS[1]]!, qty: sizes[lots]! }
  }
  return {
    create: (order, timeInForce) => {
      const { symbol } = order.at
      const side = order.isBuy ? 'Buy' : 'Sell'
      const words = { category: 'linear', symbol, side, orderType: 'Limit', timeInForce }
      return ask(order.by, '/v5/order/create', { ...words, ...texts(order) })
    },
    amend: (orderId, terms) => {
      const { symbol } = terms.at
      ask(terms.by, '/v5/order/amend', { category: 'linear', symbol, orderId, ...texts(terms) })
    },
    cancel: (orderId, { by, at }) => {
      ask(by, '/v5/order/cancel', { category: 'linear', symbol: at.symbol, orderId })
    },
  }
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

/** Every price and size there will be, as text: to write them is the client's work, not the venue's. */
function textsOf({ midTicks, priceDecimals, lotDecimals }: Terms['at']) {
  const count = 2 * REST_OFFSETS[1] + 1
  return {
    prices: Array.from({ length: count }, (_, n) => decimal(midTicks - REST_OFFSETS[1] + n, priceDecimals)),
    sizes: Array.from({ length: LOTS_MAX + 1 }, (_, lots) => decimal(lots, lotDecimals)),
  }
}

function decimal(units: number, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
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
