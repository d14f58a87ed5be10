/**
 * What the two comparisons must look like to be believed.
 */
import { z } from 'zod'
import { position } from './row-schemas.ts'

const text = z.string()
const usd = z.number()
const count = z.int().nonnegative()
const idx = z.union([z.literal(1), z.literal(2)])

export const booksCompared = z.object({
  ours: z.array(position),
  venue: z.array(position),
  underWay: z.array(z.object({ symbol: text, idx, belowLots: count, aboveLots: count })).optional(),
})

export const walletCompared = z.object({
  startUsd: usd,
  cashUsd: usd,
  ownUsd: usd,
  fundingUsd: usd,
  others: z.array(z.object({ type: text, symbol: text, usd, changes: count })),
  shared: z.array(text),
  unexplainedUsd: usd,
})
