/**
 * What the trade socket sends: camelCase, an answer per request, limits in a `header` of their own (facts §2.3, §6.2, and
 * the samples). `reqId` comes back only when one was sent.
 */
import { z } from 'zod'
import { REST_RESULTS } from './rest.ts'
import { countText, msText } from './text.ts'

const reqId = z.string().optional()
const connId = z.string().min(1)

const header = z.strictObject({
  'X-Bapi-Limit': countText,
  'X-Bapi-Limit-Status': countText,
  'X-Bapi-Limit-Reset-Timestamp': msText,
  Traceid: z.string().min(1),
  Timenow: msText,
})

const itemCodes = z.strictObject({ list: z.array(z.strictObject({ code: z.int(), msg: z.string() })) })

const done = (op: string, retExtInfo: z.ZodType) =>
  z.strictObject({
    reqId,
    retCode: z.literal(0),
    retMsg: z.enum(['OK', '']),
    op: z.literal(op),
    data: REST_RESULTS[`/v5/${op.replace('.', '/')}`] ?? z.never(),
    retExtInfo,
    header,
    connId,
  })

const single = (op: string) => done(op, z.strictObject({}))
const batch = (op: string) => done(op, itemCodes)

/** By kind of frame. Where a request never became an order, the documents do not say whether limits are told. */
export const TRADE_FRAMES = {
  auth: z.strictObject({
    reqId,
    retCode: z.union([z.literal(0), z.literal(20001), z.literal(10004), z.literal(10001), z.literal(10003)]),
    retMsg: z.string(),
    op: z.literal('auth'),
    connId,
  }),
  pong: z.strictObject({
    reqId,
    retCode: z.literal(0),
    retMsg: z.literal('OK'),
    op: z.literal('pong'),
    data: z.tuple([msText]),
    connId,
  }),
  'order.create': single('order.create'),
  'order.amend': single('order.amend'),
  'order.cancel': single('order.cancel'),
  'order.create-batch': batch('order.create-batch'),
  'order.amend-batch': batch('order.amend-batch'),
  'order.cancel-batch': batch('order.cancel-batch'),
  refusal: z.strictObject({
    reqId,
    retCode: z.int().refine((code) => code !== 0),
    retMsg: z.string().min(1),
    op: z.string(),
    data: z.strictObject({}).optional(),
    retExtInfo: z.union([z.strictObject({}), itemCodes]).optional(),
    header: header.partial().optional(),
    connId,
  }),
} satisfies Record<string, z.ZodType>
