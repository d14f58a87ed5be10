/**
 * What a bot is held to by `check`: a file of bounds, each optional but the first.
 *
 *   { "nakedMaxMs": 2750, "nakedMaxUsd": 400, "maxNotionalUsd": 5000 }
 */
import { z } from 'zod'

const amount = z.number().nonnegative()

const BOUNDS = z.strictObject({
  /** One sentence, for the reader. */
  about: z.string().optional(),
  /** The longest stretch in which one symbol's long and short differ, ms of the venue's clock. */
  nakedMaxMs: amount,
  /** The largest such difference, USD at the price of the execution that made it. Null: any. */
  nakedMaxUsd: amount.nullable().default(null),
  /** The area under it, all stretches together, USD·ms. Null: any. */
  nakedMaxUsdMs: amount.nullable().default(null),
  /** What one symbol's positions may be worth at once, the larger of its two legs, USD. Null: any. */
  maxNotionalUsd: amount.nullable().default(null),
  /** Requests the venue refused with 10006. */
  rateLimitRefusalsMax: z.int().nonnegative().default(0),
  /** Creates that reached the venue's books in any rolling second, of one account. Null: any. */
  createsPerSecond: z.int().positive().nullable().default(null),
  /** Orders that may be open at the end. */
  openOrdersMax: z.int().nonnegative().default(0),
  /** Symbols whose positions may be left at the end, hedged or not. */
  mayHold: z.array(z.string()).default([]),
  /** Accounts that hedge each other, as two legs of one bot, count as one when "together". */
  accounts: z.enum(['apart', 'together']).default('apart'),
})

export type VenueBounds = z.infer<typeof BOUNDS>

/** The bounds are wrong; `problems` lists everything that is. */
export class BoundsError extends Error {
  override readonly name = 'BoundsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** Reads bounds from parsed JSON. Throws `BoundsError`. */
export function parseBounds(json: unknown): VenueBounds {
  const parsed = BOUNDS.safeParse(json)
  if (parsed.success) return parsed.data
  throw new BoundsError(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'bounds'}: ${message}`))
}
