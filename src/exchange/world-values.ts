/**
 * The kinds of value a world is written in. Prices, quantities, rates and money are decimal text as on the wire; counts,
 * times and shares are numbers.
 */
import { z } from 'zod'

export const decimal = z.string().regex(/^-?\d{1,12}(\.\d{1,8})?$/, 'must be plain decimal text such as "0.10"')
export const positive = decimal.refine((text) => Number(text) > 0, 'must be above 0')
export const count = z.number().int().nonnegative()
export const share = z.number().min(0).max(1)
/** A length of time, or a moment counted from the venue's start, ms. */
export const ms = z.number().nonnegative()
