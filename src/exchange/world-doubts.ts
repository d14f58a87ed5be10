/**
 * What nobody has verified on the real venue (facts §11), one switch each. The default is the documented reading, or
 * where the documents are silent the one a client can live with best. A bot that is to be sure runs against both.
 *
 *   { "doubts": { "postOnlyStatus": "Rejected", "frameOrder": ["execution", "order", "position", "wallet"] } }
 */
import { z } from 'zod'

const topic = z.enum(['order', 'execution', 'position', 'wallet'])

export const doubts = z.strictObject({
  /** A price that is no multiple of the tick: refused with 10001, or moved to the tick that is no worse for the sender. */
  priceOffTick: z.enum(['refused', 'rounded']).default('refused'),
  /** How a conditional order ends that is cancelled before its price was reached (facts §4.1 has both). */
  cancelledStopStatus: z.enum(['Deactivated', 'Cancelled']).default('Deactivated'),
  /** How a conditional order ends that its price finds without the money for it; the documents say it is cancelled. */
  unaffordableTrigger: z.enum(['Cancelled', 'Rejected']).default('Cancelled'),
  /** A market order when nobody at all is on the other side: refused with 110118, or taken in and cancelled. */
  emptyBookMarket: z.enum(['refused', 'cancelled']).default('refused'),
  /** What `orderFilter=OpenOrder` means: active orders, or everything its owner placed, conditional orders too. */
  openOrderFilter: z.enum(['active', 'placed']).default('active'),
  /** Why a fill-or-kill order that cannot fill ends: the documents name both reasons and explain neither (facts §4.2). */
  fokRejectReason: z.enum(['EC_CancelForNoFullFill', 'EC_NoEnoughQtyToFill']).default('EC_CancelForNoFullFill'),
  /** How a post-only order that would take ends: the venue's documents say Cancelled, some clients expect Rejected. */
  postOnlyStatus: z.enum(['Cancelled', 'Rejected']).default('Cancelled'),
  /** A reducing order for more than the position holds: trimmed to it, or refused with 110017 (facts §4.5). */
  reduceOnlyExcess: z.enum(['trimmed', 'refused']).default('trimmed'),
  /** A reduce-only order with a quantity of its own below the minimum notional is refused, too (facts §10.16). */
  reduceOnlyMinNotional: z.boolean().default(true),
  /** Both hedge legs of one symbol that changed at one moment: rows of one frame, or a frame each (facts §7.4). */
  hedgeLegFrames: z.enum(['together', 'apart']).default('together'),
  /** Whether one account's two hedge legs count as itself for self-match prevention (facts §4.6). */
  smpAcrossLegs: z.boolean().default(true),
  /** In which order the frames of one moment leave, e.g. after a taker's fill (facts §7.6). */
  frameOrder: z
    .array(topic)
    .length(4)
    .refine((topics) => new Set(topics).size === 4, 'must name order, execution, position and wallet once each')
    .default(['order', 'execution', 'position', 'wallet']),
  /** A client order id whose order has ended: never again (110072), or free to be used once more (facts §10.9). */
  linkIdReuse: z.enum(['refused', 'allowed']).default('refused'),
  /** A page larger than an account's query gives: cut to its size, or refused with 10001 (facts §3.2). */
  largePages: z.enum(['clamped', 'refused']).default('clamped'),
  /** Queries for spot, inverse and options, of which there is nothing here: an empty list, or 10001 (facts §10.26). */
  otherCategories: z.enum(['empty', 'refused']).default('empty'),
  /** What leaves first: the reply to a request, or the frames it causes (facts §7.6); matters without a stream delay. */
  firstOut: z.enum(['reply', 'frames']).default('reply'),
  /** `ret_msg` of a private subscription before authentication. */
  subscribeBeforeAuth: z.string().min(1).default('Request not authorized'),
  /** `req_id` in acknowledgements of the private stream: echoed when sent, or never there (pongs always have it). */
  privateReqId: z.enum(['echoed', 'never']).default('echoed'),
  /** Market endpoints called with signed headers: answered without a look at them, or refused with 10003. */
  signedMarket: z.enum(['tolerated', 'refused']).default('tolerated'),
  /** Orders in one batch: the batch page says 20, the rate-limit page 10 (facts §3.2). */
  batchMaxOrders: z.union([z.literal(10), z.literal(20)]).default(20),
  /** A batch sent when no budget is left at all: every item 10006 under an outer 0, or the whole request 10006. */
  spentBatch: z.enum(['items', 'request']).default('items'),
  /** HTTP status of refusals for key, address, time or signature (facts §2.1 names both). */
  authStatus: z.union([z.literal(200), z.literal(401)]).default(200),
  /** Answers whose documented sample leaves out parts of the envelope leave them out (facts §3.0). */
  sparseEnvelopes: z.boolean().default(true),
  /** Limit headers where no account's counter was asked: the address's budget, or none (the documents say "every"). */
  limitHeadersElsewhere: z.enum(['address', 'none']).default('address'),
  /** HTTP status of a stream's handshake beyond the connection limits: an address too fast, or too many requests. */
  refusedHandshake: z.union([z.literal(403), z.literal(429)]).default(403),
  /** `auth` on a private socket that is authenticated: acknowledged once more, or refused as on the trade socket. */
  privateAuthAgain: z.enum(['acknowledged', 'refused']).default('acknowledged'),
  /** `end` of a candle in progress on the stream: where it will end, as the sample has it, or now, as the text says. */
  openCandleEnd: z.enum(['period', 'now']).default('period'),
  /** `priceLimit` every 300 ms: only when the band has moved, or always. */
  priceLimitPush: z.enum(['moved', 'always']).default('moved'),
})

export type Doubts = z.output<typeof doubts>

/** Every doubt at its default. */
export const NO_DOUBTS: Doubts = doubts.parse({})
