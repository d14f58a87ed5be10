/**
 * What the two lines of a recovery must look like to be believed.
 */
import { z } from 'zod'

const text = z.string()
const count = z.int().nonnegative()
const leg = z.enum(['long', 'short'])
const side = z.enum(['buy', 'sell'])
const order = { clientId: text, symbol: text, leg, side }

export const leftover = z.object({
  runIds: z.array(text).min(1),
  orders: z.array(z.object({ ...order, lots: count, reduceOnly: z.boolean() })),
  fills: z.array(z.object({ clientId: text, execId: text, lots: count })),
  sinceVenueMs: z.number(),
  restUrl: text,
  account: text.nullable(),
})

export const recovered = z.object({
  runIds: z.array(text),
  complete: z.boolean(),
  orders: z.array(z.object({ ...order, status: text.nullable(), filledLots: count, execIds: z.array(text) })),
  positions: z.array(
    z.object({
      symbol: text,
      idx: z.union([z.literal(1), z.literal(2)]),
      heldLots: z.int(),
      closedLots: z.int(),
      leftLots: count,
    }),
  ),
  tookMs: z.number(),
})
