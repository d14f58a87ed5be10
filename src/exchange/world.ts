/**
 * A world: the circumstances a mock venue starts in. Instruments with their filters and their market, accounts with
 * their money and limits, and how the venue behaves (stream delay, read lag, matching delays).
 *
 *   fixtures/worlds/calm.json ─► parseWorld ─► World ─► createExchange
 *
 * What disturbs messages on the wire (lost replies, cut sockets) is not here: that is a fault plan.
 * Prices, quantities, rates and money are decimal text as on the wire; counts, times and shares are numbers.
 */
import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import { parseSteps, type Step, stepFromText } from '../domain/steps.ts'
import { DEFAULT_TIER } from './core/limits.ts'
import { doubts } from './world-doubts.ts'
import { matching, matchingProblems } from './world-matching.ts'
import { pathProblems, pricePath } from './world-path.ts'
import { connections, privateRows, tradeSocket } from './world-shell.ts'
import { count, decimal, ms, positive, share } from './world-values.ts'

const thinBook = z.strictObject({
  levels: z.number().int().min(1).max(200),
  /** Lots at each level, the same on both sides or named for each. */
  levelLots: z.union([count, z.strictObject({ bids: count, asks: count })]),
  levelGapTicks: z.number().int().min(1),
  /** Every so long each level is filled up again; null: what is taken never comes back. */
  refillMs: z.number().positive().nullable(),
})

const market = z.strictObject({
  midPrice: positive,
  /** Mean number of the market's own changes per second; they come in bursts. */
  updatesPerSecond: z.number().positive().max(5_000),
  /** Standard deviation of the mid price over one second, bps. */
  volatilityBps: z.number().min(0).max(100),
  levels: z.number().int().min(1).max(1_000).default(50),
  /** Typical lots at one level. */
  levelLots: z.number().int().min(1).default(1_000),
  spreadTicks: z.number().int().min(1).default(1),
  /** The best quote changes at least so often, ms: no quiet stretch is longer. */
  maxQuietMs: z.number().positive().optional(),
  /** Of all changes, how many move the price; the rest change sizes. */
  priceShare: share.default(0.03),
  /** Of all changes, how many are trades between others. */
  tradeShare: share.default(0.1),
  /** Of the changes of size, how many are at the best level. */
  touchShare: share.default(0.6),
  /** Of the changes of price, how many only widen the spread for a while. */
  spreadBurstShare: share.default(0),
  /** Where the price goes; sizes and others' trades go on by chance whatever it is. */
  path: pricePath.default({ kind: 'walk' }),
  /** Instead of a deep book: a few levels of fixed size with gaps between them. */
  book: thinBook.optional(),
})

const riskTier = z.strictObject({
  limitUsd: z.number().int().positive().max(50_000_000),
  maxLeverage: positive,
  /** Of the position's value. */
  maintenanceRate: positive,
})

const instrument = z.strictObject({
  symbol: z.string().regex(/^[A-Z0-9]{2,20}USDT$/, 'must be a USDT perpetual such as "BTCUSDT"'),
  baseCoin: z.string().min(1),
  tickSize: positive,
  qtyStep: positive,
  minPrice: positive,
  maxPrice: positive,
  minOrderQty: positive,
  maxOrderQty: positive,
  maxMktOrderQty: positive,
  minNotionalValue: decimal.default('5'),
  maxLeverage: positive.default('100.00'),
  fundingIntervalMinutes: z.number().int().positive().default(480),
  fundingRate: decimal.default('0.0001'),
  priceLimitRatioX: positive.default('0.01'),
  priceLimitRatioY: positive.default('0.02'),
  /** How much of the mean premium widens the price band (α of the venue's formula, facts §5). */
  priceLimitAlpha: decimal.default('1'),
  /** Largest position of one account, USDT. */
  riskLimitUsd: z.number().int().positive().max(50_000_000).default(20_000_000),
  /** Instead of that one limit: tiers, the smallest first, each with less leverage and more maintenance margin. */
  riskTiers: z.array(riskTier).default([]),
  /** Trading, or why not: not open yet, only to be reduced, being delisted, closed for good. */
  status: z.enum(['Trading', 'PreLaunch', 'ReduceOnly', 'Delivering', 'Closed']).default('Trading'),
  market,
})

const perSecond = z.number().int().min(1).max(100_000)

/**
 * Requests per rolling second and account; every endpoint has a counter of its own. Source: facts §9 (default tier).
 * Accounts of demo keep the default tier whatever is said here. Batches count their orders. `settings` is each of
 * switch-mode, set-leverage, query-api and the like.
 */
const limits = z.strictObject({
  create: perSecond.default(DEFAULT_TIER.create),
  amend: perSecond.default(DEFAULT_TIER.amend),
  cancel: perSecond.default(DEFAULT_TIER.cancel),
  cancelAll: perSecond.default(DEFAULT_TIER.cancelAll),
  createBatch: perSecond.default(DEFAULT_TIER.createBatch),
  amendBatch: perSecond.default(DEFAULT_TIER.amendBatch),
  cancelBatch: perSecond.default(DEFAULT_TIER.cancelBatch),
  read: perSecond.default(DEFAULT_TIER.read),
  transactionLog: perSecond.default(DEFAULT_TIER.transactionLog),
  settings: perSecond.default(DEFAULT_TIER.settings),
  /** Each of fee-rate, smp-group, set-margin-mode and disconnect protection. */
  rare: perSecond.default(DEFAULT_TIER.rare),
  /** Requests for demo funds in any rolling minute. */
  applyMoney: perSecond.default(DEFAULT_TIER.applyMoney),
})

/** Source: facts §8.2. */
const ACCOUNT_REFUSALS = [
  10007, 10008, 10009, 10024, 10027, 10028, 33004, 100028, 110123, 110124, 110125, 110132,
] as const

function isPublicKey(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

const account = z.strictObject({
  accountId: z.string().min(1),
  apiKey: z.string().min(1),
  apiSecret: z.string().min(1),
  usdt: decimal,
  /** What every symbol starts with: 0 one-way, 3 hedge. */
  positionMode: z.union([z.literal(0), z.literal(3)]).default(0),
  leverage: positive.default('10'),
  /** The client signs with its RSA key, whose public half this is (PEM), and not with the secret. */
  rsaPublicKey: z.string().refine(isPublicKey, 'must be an RSA public key as PEM').nullable().default(null),
  /** The key may read, and nothing else. */
  readOnly: z.boolean().default(false),
  /** What the key may ask about and, unless read-only, change. */
  permissions: z.array(z.enum(['Order', 'Position'])).default(['Order', 'Position']),
  /** Addresses the key may be used from; "*" is any. */
  ips: z.array(z.string().min(1)).min(1).default(['*']),
  /** Symbols the key may trade; empty is all. */
  symbols: z.array(z.string()).default([]),
  /** Where the key was made: elsewhere nobody knows it. */
  environment: z.enum(['any', 'mainnet', 'testnet', 'demo']).default('any'),
  /** A refusal for the whole account, whatever it asks: banned, key expired, region, terms, account type. */
  refusedWith: z.literal(ACCOUNT_REFUSALS).nullable().default(null),
})

export const worldSchema = z.strictObject({
  name: z.string().min(1),
  about: z.string().optional(),
  seed: z.union([z.string().min(1), z.number()]),
  instruments: z.array(instrument).min(1),
  accounts: z.array(account).min(1),
  limits: limits.prefault({}),
  fees: z.strictObject({ taker: decimal.default('0.00055'), maker: decimal.default('0.0002') }).prefault({}),
  /** Private rows reach the streams so much after the fact. */
  streamDelayMs: ms.default(0),
  /** The same for one topic; null: as all. Topics overtake one another, frames of one topic keep their order. */
  streamDelays: z
    .strictObject({
      order: ms.nullable().default(null),
      execution: ms.nullable().default(null),
      position: ms.nullable().default(null),
      wallet: ms.nullable().default(null),
    })
    .prefault({}),
  /** Every private frame is later by up to so much, drawn from the seed. */
  streamJitterMs: ms.default(0),
  /** What was accepted shows in realtime, history and executions only after this. */
  readLagMs: z.number().nonnegative().default(0),
  matching: matching.prefault({}),
  /** What nobody has verified on the real venue; every switch and its doc comment are in world-doubts.ts. */
  doubts: doubts.prefault({}),
  /** The shell's limit: HTTP calls of one address in any 5 s. */
  ipCallsPer5s: z.number().int().min(1).default(600),
  /** How long an address that made more is refused, ms (Bybit: 10 min). */
  ipBanMs: z.number().positive().default(600_000),
  /** HTTP calls of all addresses in any second; more get 429, the venue's protection of itself. Null: no bound. */
  systemCallsPerS: z.number().int().min(1).nullable().default(null),
  connections: connections.prefault({}),
  tradeSocket: tradeSocket.prefault({}),
  privateRows: privateRows.prefault({}),
})

/** A world with every default filled in. */
export type World = z.output<typeof worldSchema>
export type WorldInstrument = World['instruments'][number]
export type WorldAccount = World['accounts'][number]

/** Every problem of a world file, one line each. */
export class WorldError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`the world is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'WorldError'
    this.problems = problems
  }
}

/** Reads a world from parsed JSON. Throws a WorldError that names every problem at once. */
export function parseWorld(json: unknown): World {
  const parsed = worldSchema.safeParse(json)
  if (!parsed.success) throw new WorldError(parsed.error.issues.map((issue) => problemText(json, issue)))
  const problems = crossChecks(parsed.data)
  if (problems.length > 0) throw new WorldError(problems)
  return parsed.data
}

function problemText(
  json: unknown,
  issue: { readonly path: readonly PropertyKey[]; readonly message: string },
): string {
  const value = issue.path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    json,
  )
  const where = issue.path.length === 0 ? 'world' : issue.path.map(String).join('.')
  // The value of a secret is nobody's business, not even when it is wrong.
  const shown = where.endsWith('apiSecret') || typeof value === 'object' ? '' : ` = ${JSON.stringify(value)}`
  return `${where}${shown}: ${issue.message}`
}

function crossChecks(world: World): string[] {
  const problems: string[] = []
  const symbols = new Set<string>()
  for (const [at, each] of world.instruments.entries()) {
    const where = `instruments.${at} (${each.symbol})`
    if (symbols.has(each.symbol)) problems.push(`${where}: the symbol is there twice`)
    symbols.add(each.symbol)
    problems.push(...[...stepProblems(each), ...tierProblems(each)].map((problem) => `${where}.${problem}`))
  }
  for (const field of ['accountId', 'apiKey'] as const) {
    const values = world.accounts.map((each) => each[field])
    if (new Set(values).size < values.length) problems.push(`accounts: two accounts share one ${field}`)
  }
  problems.push(...matchingProblems(world.matching, symbols))
  return problems
}

function stepProblems(each: WorldInstrument): string[] {
  const tick = stepFromText(each.tickSize)
  const lot = stepFromText(each.qtyStep)
  const problems: string[] = []
  // Money is counted in whole 1e-8 USDT, so one tick of one lot must be worth a whole number of them.
  if (tick.decimals + lot.decimals > 8) problems.push('tickSize: decimals of tickSize and qtyStep together: at most 8')
  const onStep = (field: string, value: string, step: Step, name: string): void => {
    if (parseSteps(value, step) === undefined) problems.push(`${field} = "${value}": must be a multiple of ${name}`)
  }
  onStep('minPrice', each.minPrice, tick, 'tickSize')
  onStep('maxPrice', each.maxPrice, tick, 'tickSize')
  onStep('market.midPrice', each.market.midPrice, tick, 'tickSize')
  onStep('minOrderQty', each.minOrderQty, lot, 'qtyStep')
  onStep('maxOrderQty', each.maxOrderQty, lot, 'qtyStep')
  onStep('maxMktOrderQty', each.maxMktOrderQty, lot, 'qtyStep')
  problems.push(...pathProblems(each))
  return problems
}

/** Every tier allows more position and less leverage than the one before it, for no less maintenance margin. */
function tierProblems({ riskTiers, maxLeverage }: WorldInstrument): string[] {
  const problems: string[] = []
  for (const [at, tier] of riskTiers.entries()) {
    const former = riskTiers[at - 1]
    const mostLeverage = Number(former?.maxLeverage ?? maxLeverage)
    const where = `riskTiers.${at}`
    if (former !== undefined && tier.limitUsd <= former.limitUsd) problems.push(`${where}.limitUsd: must rise`)
    if (former !== undefined && Number(tier.maintenanceRate) < Number(former.maintenanceRate)) {
      problems.push(`${where}.maintenanceRate: must not fall`)
    }
    if (former === undefined ? Number(tier.maxLeverage) !== mostLeverage : Number(tier.maxLeverage) >= mostLeverage) {
      problems.push(
        `${where}.maxLeverage: ${former === undefined ? `must be maxLeverage, ${maxLeverage}` : 'must fall'}`,
      )
    }
  }
  return problems
}
