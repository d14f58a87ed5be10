/**
 * A world as a drawing in text, made from the world itself: where its prices go in the first minute, what its book looks
 * like at the start, what is late, and what is unusual about it.
 */
import { createExchange } from '../core/exchange.ts'
import type { ExchangeCore } from '../core/types.ts'
import type { World } from '../world.ts'
import { NO_DOUBTS } from '../world-doubts.ts'

const START_MS = 1_767_225_600_000
const SECONDS = 60
const LADDER_LEVELS = 5
const BAR_MAX = 24
const BARS = '▁▂▃▄▅▆▇█'

type Row = readonly [price: string, size: string]

interface Book {
  readonly b: readonly Row[]
  readonly a: readonly Row[]
}

/** The whole drawing; the same world gives the same text. */
export function pictureOf(world: World): string {
  const core = createExchange(world, { startMs: START_MS })
  const symbols = world.instruments.map((each) => each.symbol)
  const ladder = ladderOf(symbols[0]!, bookOf(core, symbols[0]!, START_MS))
  const mids = new Map(symbols.map((symbol) => [symbol, [] as number[]]))
  for (let second = 0; second < SECONDS; second += 1) {
    const nowMs = START_MS + second * 1_000
    core.advance(nowMs)
    for (const symbol of symbols) mids.get(symbol)!.push(midOf(bookOf(core, symbol, nowMs)))
  }
  const lines = [
    `mid price, one mark a second for ${SECONDS} s, from its lowest to its highest`,
    ...symbols.map((symbol) => sparkline(symbol, mids.get(symbol)!)),
    '',
    ...ladder,
    '',
    ...factsOf(world),
  ]
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

function bookOf(core: ExchangeCore, symbol: string, nowMs: number): Book {
  const params = { category: 'linear', symbol, limit: LADDER_LEVELS }
  const { reply } = core.handle({ accountId: null, method: 'GET', path: '/v5/market/orderbook', params }, nowMs)
  return reply.result as Book
}

function midOf({ b, a }: Book): number {
  return b[0] === undefined || a[0] === undefined ? Number.NaN : (Number(b[0][0]) + Number(a[0][0])) / 2
}

/** `BTCUSDT  ▁▂█…  59,520.05 .. 60,000.05  80.6 bps` */
function sparkline(symbol: string, mids: readonly number[]): string {
  const known = mids.filter((mid) => !Number.isNaN(mid))
  const low = Math.min(...known)
  const high = Math.max(...known)
  const mark = (mid: number): string => {
    if (Number.isNaN(mid)) return ' '
    return BARS[high === low ? 3 : Math.min(7, Math.floor(((mid - low) / (high - low)) * 8))]!
  }
  const bps = ((high / low - 1) * 10_000).toFixed(1)
  return `  ${symbol.padEnd(9)} ${mids.map(mark).join('')}  ${plain(low)} .. ${plain(high)}, ${bps} bps`
}

function ladderOf(symbol: string, { b, a }: Book): string[] {
  const rows = [...a.toReversed(), ...b]
  const largest = Math.max(...rows.map(([, size]) => Number(size)))
  const width = Math.max(...rows.map(([price]) => price.length))
  const line = ([price, size]: Row): string => {
    const bar = '█'.repeat(Math.max(1, Math.round((Number(size) / largest) * BAR_MAX)))
    return `  ${price.padStart(width)}  ${bar} ${size}`
  }
  const [bid, ask] = [Number(b[0]![0]), Number(a[0]![0])]
  const bps = ((ask / bid - 1) * 10_000).toFixed(2)
  const spread = `  ${'-'.repeat(width)}  spread ${plain(ask - bid)}, ${bps} bps`
  return [`${symbol} at the start, ${LADDER_LEVELS} levels a side`, ...a.toReversed().map(line), spread, ...b.map(line)]
}

/** A float without its noise. */
function plain(value: number): string {
  return String(Number(value.toPrecision(10)))
}

function factsOf(world: World): string[] {
  return [
    ...row('matching', matchingFacts(world)),
    ...row('fills', world.matching.partialFills.map(fillFact)),
    ...row('streams', streamFacts(world)),
    ...row('reads', world.readLagMs === 0 ? [] : [`lag by ${world.readLagMs} ms`]),
    ...row('limits', [
      `${world.limits.create} creates, ${world.limits.cancel} cancels, ${world.limits.read} reads a second`,
    ]),
    ...row('accounts', world.accounts.map(accountFact)),
    ...row('doubts', doubtFacts(world)),
  ]
}

/** A name in the left column, its facts one below the other; no facts, no line. */
function row(name: string, facts: readonly string[]): string[] {
  return facts.map((fact, at) => `${(at === 0 ? name : '').padEnd(10)}${fact}`)
}

function matchingFacts({ matching: { ackDelayMs, jitterMs, delays } }: World): string[] {
  const facts = delays.map(({ symbol, side, delayMs }) => `${symbol} ${side}s that open after ${delayMs} ms`)
  if (ackDelayMs > 0) facts.push(`every order after ${ackDelayMs} ms`)
  if (jitterMs > 0) facts.push(`up to ${jitterMs} ms later by chance`)
  return facts.length === 0 ? ['at once'] : facts
}

function fillFact({ symbol, side, fills }: World['matching']['partialFills'][number]): string {
  const pieces = fills.map(({ lots, share, afterMs }) => {
    const part = share === 1 ? 'all that is left' : `${Math.round((share ?? 0) * 100)} %`
    return `${lots === undefined ? part : `${lots} lots`} ${afterMs === 0 ? 'at once' : `after ${afterMs} ms`}`
  })
  const covered = fills.reduce((sum, each) => sum + (each.share ?? 0), 0)
  if (covered < 1) pieces.push(fills.length === 0 ? 'nothing, ever' : 'the rest never')
  return `${symbol} ${side}s that open: ${pieces.join(', ')}`
}

function streamFacts({ streamDelayMs, streamDelays, streamJitterMs }: World): string[] {
  const topics = (['order', 'execution', 'position', 'wallet'] as const).map((topic) => [
    topic,
    streamDelays[topic] ?? streamDelayMs,
  ])
  const late = topics.filter(([, delayMs]) => delayMs !== 0).map(([topic, delayMs]) => `${topic} ${delayMs} ms`)
  const facts = late.length === 0 ? ['at once'] : [`late: ${late.join(', ')}`]
  if (streamJitterMs > 0) facts.push(`up to ${streamJitterMs} ms later by chance`)
  return facts
}

function accountFact({ accountId, usdt, positionMode, leverage }: World['accounts'][number]): string {
  return `${accountId}: ${usdt} USDT, ${positionMode === 3 ? 'hedge mode' : 'one-way mode'}, ${leverage}x`
}

function doubtFacts({ doubts }: World): string[] {
  const names = Object.keys(doubts) as (keyof typeof doubts)[]
  const told = names.filter((name) => JSON.stringify(doubts[name]) !== JSON.stringify(NO_DOUBTS[name]))
  return told.length === 0 ? ['as documented'] : told.map((name) => `${name}: ${JSON.stringify(doubts[name])}`)
}
