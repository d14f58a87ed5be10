/**
 * Where an instrument's price goes: by itself, by a script, or as a tape says.
 *
 *   walk    seeded chance: bursts, runs, one tick of spread                              the default
 *   steps   [{ atMs: 5000, bps: -300 }, { atMs: 20000, bps: 0 }]                         then it stays
 *   tape    {"atMs":0,"bid":"60000.00","ask":"60000.10","bidSize":"1.2","askSize":"0.4"}  a line per quote, from a file
 *
 * Moments are counted from the venue's start. Sizes and trades of others go on by chance in all three.
 */
import { z } from 'zod'
import { parseSteps, type Step, stepFromText } from '../domain/steps.ts'
import { ms, positive } from './world-values.ts'

const STEPS_MAX = 10_000
export const ROWS_MAX = 200_000
/** Of a long tape that is wrong throughout, so many rows are named. */
const PROBLEMS_MAX = 20

const inOrder = (rows: readonly { readonly atMs: number }[]): boolean =>
  rows.every((row, at) => at === 0 || row.atMs > rows[at - 1]!.atMs)

const step = z
  .strictObject({
    atMs: ms,
    /** The mid price from here on, against the market's opening one. */
    bps: z.number().min(-9_900).max(100_000).optional(),
    /** The same as a price. */
    midPrice: positive.optional(),
    /** From here on; before the first step that says so, the market's own. */
    spreadTicks: z.number().int().min(1).max(100_000).optional(),
    /** Lots at each level from here on; null: as the market says. */
    levelLots: z.number().int().min(1).nullable().optional(),
  })
  .refine((each) => each.bps === undefined || each.midPrice === undefined, 'may have bps or midPrice, not both')
  .refine((each) => Object.keys(each).length > 1, 'needs at least one of bps, midPrice, spreadTicks, levelLots')

/** One quote of a tape. */
export const tapeRow = z.strictObject({
  atMs: ms,
  bid: positive,
  ask: positive,
  /** In the base coin, as the venue sends them; left out: chance decides, as ever. */
  bidSize: positive.optional(),
  askSize: positive.optional(),
})

export const pricePath = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('walk') }),
  z.strictObject({
    kind: z.literal('steps'),
    steps: z.array(step).min(1).max(STEPS_MAX).refine(inOrder, 'must be in order of atMs, each moment once'),
  }),
  z.strictObject({
    kind: z.literal('tape'),
    /** A file of JSON lines, beside the world's own; readWorldFile replaces it by its rows. */
    file: z.string().min(1).optional(),
    rows: z
      .array(tapeRow)
      .min(2)
      .max(ROWS_MAX)
      .refine(inOrder, 'must be in order of atMs, each moment once')
      .optional(),
    /** After the last row: stay there, or begin again. */
    end: z.enum(['hold', 'loop']).default('hold'),
  }),
])

export type PricePathSpec = z.output<typeof pricePath>
export type ScriptedStep = z.output<typeof step>
export type TapeRow = z.output<typeof tapeRow>

interface Traded {
  readonly tickSize: string
  readonly qtyStep: string
  readonly minPrice: string
  readonly maxPrice: string
  readonly market: { readonly midPrice: string; readonly path: PricePathSpec }
}

/** What does not fit the instrument, one line each, beginning with the place below the instrument. */
export function pathProblems(each: Traded): string[] {
  const { path } = each.market
  if (path.kind === 'walk') return []
  if (path.kind === 'steps') return path.steps.flatMap((one, at) => stepProblems(each, one, `market.path.steps.${at}`))
  if (path.rows === undefined) {
    const given = path.file === undefined ? '' : `.file = ${JSON.stringify(path.file)}`
    return [`market.path${given}: a tape needs its rows; readWorldFile reads a file into them`]
  }
  const problems = path.rows.flatMap((row, at) => rowProblems(each, row, `market.path.rows.${at}`))
  if (path.rows[0]!.atMs !== 0) problems.unshift(`market.path.rows.0.atMs = ${path.rows[0]!.atMs}: must be 0`)
  const more = problems.length - PROBLEMS_MAX
  return more > 0 ? [...problems.slice(0, PROBLEMS_MAX), `market.path.rows: and ${more} problems more`] : problems
}

function stepProblems(each: Traded, { bps, midPrice }: ScriptedStep, where: string): string[] {
  if (midPrice !== undefined) return priceProblems(each, midPrice, `${where}.midPrice`)
  const price = Number(each.market.midPrice) * (1 + (bps ?? 0) / 10_000)
  const isInside = price >= Number(each.minPrice) && price <= Number(each.maxPrice)
  return isInside ? [] : [`${where}.bps = ${bps}: the price must stay between minPrice and maxPrice`]
}

function rowProblems(each: Traded, row: TapeRow, where: string): string[] {
  const lot = stepFromText(each.qtyStep)
  const problems = [...priceProblems(each, row.bid, `${where}.bid`), ...priceProblems(each, row.ask, `${where}.ask`)]
  if (Number(row.ask) <= Number(row.bid)) problems.push(`${where}.ask = "${row.ask}": must be above bid = "${row.bid}"`)
  for (const name of ['bidSize', 'askSize'] as const) {
    const size = row[name]
    if (size !== undefined && !isOnStep(size, lot))
      problems.push(`${where}.${name} = "${size}": must be a multiple of qtyStep`)
  }
  return problems
}

function priceProblems(each: Traded, price: string, where: string): string[] {
  if (!isOnStep(price, stepFromText(each.tickSize))) return [`${where} = "${price}": must be a multiple of tickSize`]
  const isInside = Number(price) >= Number(each.minPrice) && Number(price) <= Number(each.maxPrice)
  return isInside ? [] : [`${where} = "${price}": must be between minPrice and maxPrice`]
}

const isOnStep = (text: string, step: Step): boolean => parseSteps(text, step) !== undefined
