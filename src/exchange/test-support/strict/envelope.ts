/**
 * The REST envelope (facts §3.0): always the same five parts, but for the endpoints whose documented sample leaves some
 * out. A refusal has an empty result; a batch tells its items' codes beside an outer 0.
 */
import { z } from 'zod'
import { msNumber } from './text.ts'

const nothing = z.strictObject({})
const itemCodes = z.strictObject({ list: z.array(z.strictObject({ code: z.int(), msg: z.string() })) })

/** Only code and message: Bybit v5 docs, dcp and set-hedging-mode. */
const BARE: ReadonlySet<string> = new Set(['/v5/order/disconnected-cancel-all', '/v5/account/set-hedging-mode'])
/** Neither `retExtInfo` nor `time`: Bybit v5 docs, account-info. */
const SHORT: ReadonlySet<string> = new Set(['/v5/account/info'])

const done = z.literal(0)
const said = z.enum(['OK', 'success', 'SUCCESS', '', 'Request accepted'])

const refusal = z.strictObject({
  retCode: z.int().refine((code) => code !== 0),
  retMsg: z.string().min(1),
  result: nothing,
  retExtInfo: nothing,
  time: msNumber,
})
/** Demo says nothing when asked for fee rates (facts §1). */
const silentRefusal = refusal.extend({ retMsg: z.string() })
const bareRefusal = refusal.partial({ result: true, retExtInfo: true, time: true })

const made = new Map<string, z.ZodType>()

/** The schema of an answer; undefined when nobody has written down what this endpoint's result looks like. */
export function envelopeOf(path: string, isDone: boolean, result: z.ZodType | undefined): z.ZodType | undefined {
  if (path === '/v5/account/fee-rate' && !isDone) return silentRefusal
  if (!isDone) return BARE.has(path) || SHORT.has(path) ? bareRefusal : refusal
  if (result === undefined) return undefined
  const known = made.get(path)
  if (known !== undefined) return known
  const schema = successOf(path, result)
  made.set(path, schema)
  return schema
}

function successOf(path: string, result: z.ZodType): z.ZodType {
  if (BARE.has(path)) return z.strictObject({ retCode: done, retMsg: said })
  if (SHORT.has(path)) return z.strictObject({ retCode: done, retMsg: said, result })
  const retExtInfo = path.endsWith('-batch') ? itemCodes : nothing
  const whole = z.strictObject({ retCode: done, retMsg: said, result, retExtInfo, time: msNumber })
  return path.endsWith('-batch') ? whole.refine(areParallel, 'both lists of a batch are of one length') : whole
}

function areParallel({ result, retExtInfo }: { readonly result: unknown; readonly retExtInfo: unknown }): boolean {
  const { list } = result as { readonly list: readonly unknown[] }
  return list.length === (retExtInfo as { readonly list: readonly unknown[] }).list.length
}
