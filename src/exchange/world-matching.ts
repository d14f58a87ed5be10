/**
 * The part of a world that says when an order meets the book, and how much of it may trade then.
 */
import { z } from 'zod'
import { ms, share } from './world-values.ts'

const side = z.enum(['buy', 'sell'])

const delay = z.strictObject({ symbol: z.string(), side, delayMs: ms })

const piece = z
  .strictObject({
    /** So many lots … */
    lots: z.number().int().min(1).optional(),
    /** … or this share of the order's quantity, rounded down, one lot at least. */
    share: share.refine((part) => part > 0, 'must be above 0').optional(),
    /** Counted from the moment the order meets the book. */
    afterMs: ms,
  })
  .refine((each) => (each.lots === undefined) !== (each.share === undefined), 'needs lots or share, and not both')

const partialFill = z.strictObject({
  symbol: z.string(),
  side,
  /** In the order of their moments. What they do not cover is never filled; none at all: nothing ever is. */
  fills: z
    .array(piece)
    .max(100)
    .refine(
      (all) => all.every((each, at) => at === 0 || each.afterMs >= all[at - 1]!.afterMs),
      'must be in order of afterMs',
    ),
})

export const matching = z.strictObject({
  /** Between the acknowledgement of any order and its matching. */
  ackDelayMs: ms.default(0),
  /** Between the acknowledgement of a cancel and its effect: a fill in between wins (facts §4.1). */
  cancelDelayMs: ms.default(0),
  /** Every order's delay is longer by up to so much, drawn from the seed. */
  jitterMs: ms.default(0),
  /** The same for one side of one symbol, orders that reduce excepted: they are matched at once. */
  delays: z.array(delay).default([]),
  /** Orders that open and would trade at once are filled in these pieces, and no more. */
  partialFills: z.array(partialFill).default([]),
})

export type Matching = z.output<typeof matching>
export type PartialFill = Matching['partialFills'][number]

/** What does not fit the instruments, one line each. */
export function matchingProblems({ delays, partialFills }: Matching, symbols: ReadonlySet<string>): string[] {
  const problems: string[] = []
  const lists = { delays, partialFills }
  for (const name of ['delays', 'partialFills'] as const) {
    const seen = new Set<string>()
    for (const [at, each] of lists[name].entries()) {
      const where = `matching.${name}.${at}`
      const key = `${each.symbol}/${each.side}`
      if (!symbols.has(each.symbol)) {
        problems.push(`${where}.symbol = "${each.symbol}": must be one of ${[...symbols].join(', ')}`)
      } else if (seen.has(key)) problems.push(`${where}: ${each.symbol} ${each.side} is there twice`)
      seen.add(key)
    }
  }
  return problems
}
