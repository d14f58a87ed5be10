/**
 * What a row of the venue's books must look like to be believed.
 */
import { z } from 'zod'

const count = z.int().nonnegative()
const text = z.string()
const side = z.enum(['buy', 'sell'])
const idx = z.union([z.literal(0), z.literal(1), z.literal(2)])

export const position = z.object({ symbol: text, idx, side: side.nullable(), lots: count })

export const venueOrder = z.object({
  symbol: text,
  clientId: text,
  venueOrderId: text,
  idx,
  side,
  lots: count,
  filledLots: count,
  status: text,
  cancelType: text,
  rejectReason: text,
  reduceOnly: z.boolean(),
  closeOnTrigger: z.boolean(),
  createdMs: z.number(),
  updatedMs: z.number(),
})

export const venueExecution = z.object({
  execId: text,
  symbol: text,
  clientId: text,
  venueOrderId: text,
  side,
  lots: count,
  priceTicks: count,
  feeUsd: z.number(),
  venueMs: z.number(),
})
