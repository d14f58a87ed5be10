/**
 * What the private socket sends, field by field (facts §2.3, §6.2, §7). Rows of `order`, `execution`, `position` and
 * `wallet` differ from their REST twins by a few fields: rest.ts takes them from here.
 */
import { z } from 'zod'
import {
  amount,
  cancelType,
  createType,
  decimal,
  empty,
  execType,
  extraFees,
  linear,
  linkId,
  maybeAmount,
  maybeDecimal,
  maybeMsText,
  msNumber,
  msText,
  orderStatus,
  orderType,
  positionIdx,
  positionSide,
  positionStatus,
  rejectReason,
  side,
  smpType,
  stopOrderType,
  symbol,
  timeInForce,
  tpslMode,
  triggerBy,
  uuid,
} from './text.ts'

/** Facts §7.2. */
export const orderRow = z.strictObject({
  category: linear,
  orderId: uuid,
  orderLinkId: linkId,
  parentOrderLinkId: linkId,
  isLeverage: z.enum(['', '0', '1']),
  blockTradeId: empty,
  symbol,
  price: amount,
  brokerOrderPrice: maybeAmount,
  qty: amount,
  side,
  positionIdx,
  orderStatus,
  createType,
  cancelType,
  rejectReason,
  avgPrice: maybeAmount,
  leavesQty: amount,
  leavesValue: amount,
  cumExecQty: amount,
  cumExecValue: amount,
  cumExecFee: decimal,
  closedPnl: decimal,
  feeCurrency: z.enum(['', 'USDT']),
  timeInForce,
  orderType,
  stopOrderType,
  ocoTriggerBy: z.enum(['', 'OcoTriggerByUnknown']),
  orderIv: empty,
  marketUnit: empty,
  slippageToleranceType: z.enum(['', 'UNKNOWN', 'TickSize', 'Percent']),
  slippageTolerance: maybeAmount,
  triggerPrice: maybeAmount,
  takeProfit: maybeAmount,
  stopLoss: maybeAmount,
  tpslMode,
  tpLimitPrice: maybeAmount,
  slLimitPrice: maybeAmount,
  tpTriggerBy: triggerBy,
  slTriggerBy: triggerBy,
  triggerDirection: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  triggerBy,
  lastPriceOnCreated: maybeAmount,
  reduceOnly: z.boolean(),
  closeOnTrigger: z.boolean(),
  placeType: empty,
  smpType,
  smpGroup: z.literal(0),
  smpOrderId: z.union([empty, uuid]),
  createdTime: msText,
  updatedTime: msText,
  cumFeeDetail: z.strictObject({ USDT: decimal.optional() }),
  rpiTakerAccess: z.boolean(),
  rpiMatchedQty: amount,
})

/** Facts §7.3. A funding row has no order of the account behind it (§4.3). */
export const executionRow = z.strictObject({
  category: linear,
  symbol,
  isLeverage: z.enum(['', '0', '1']),
  orderId: z.string().min(1),
  orderLinkId: linkId,
  side,
  orderPrice: amount,
  orderQty: amount,
  leavesQty: amount,
  createType: z.union([createType, empty]),
  orderType: z.union([orderType, z.literal('UNKNOWN')]),
  stopOrderType,
  execFee: decimal,
  execId: uuid,
  execPrice: amount,
  execQty: amount,
  execPnl: decimal,
  execType,
  execValue: amount,
  execTime: msText,
  isMaker: z.boolean(),
  feeRate: decimal,
  tradeIv: empty,
  markIv: empty,
  markPrice: amount,
  indexPrice: maybeAmount,
  underlyingPrice: empty,
  blockTradeId: empty,
  closedSize: maybeAmount,
  extraFees,
  seq: z.int().positive(),
  feeCurrency: z.enum(['', 'USDT']),
  marketUnit: empty,
})

/** `execution.fast`: trades only, no fee, no envelope id; a maker's client id is withheld (facts §7.3). */
export const fastExecutionRow = z
  .strictObject({
    category: linear,
    symbol,
    orderId: uuid,
    isMaker: z.boolean(),
    orderLinkId: linkId,
    execId: uuid,
    execPrice: amount,
    execQty: amount,
    side,
    execTime: msText,
    seq: z.int().positive(),
  })
  .refine((row) => !row.isMaker || row.orderLinkId === '', 'a maker fill names no orderLinkId')

/** Facts §3.3 and §7.4, the average price aside: REST and the stream name it differently. */
export const positionFields = {
  positionIdx,
  tradeMode: z.literal(0),
  riskId: z.int(),
  riskLimitValue: maybeAmount,
  symbol,
  side: positionSide,
  size: amount,
  leverage: maybeAmount,
  breakEvenPrice: maybeDecimal,
  positionValue: maybeAmount,
  positionBalance: maybeDecimal,
  markPrice: maybeAmount,
  positionIM: maybeAmount,
  positionIMByMp: maybeAmount,
  positionMM: maybeAmount,
  positionMMByMp: maybeAmount,
  takeProfit: maybeAmount,
  stopLoss: maybeAmount,
  trailingStop: maybeAmount,
  unrealisedPnl: maybeDecimal,
  curRealisedPnl: decimal,
  cumRealisedPnl: decimal,
  sessionAvgPrice: maybeAmount,
  createdTime: maybeMsText,
  updatedTime: maybeMsText,
  openTime: z.union([z.literal(0), msNumber]),
  tpslMode: z.literal('Full'),
  liqPrice: maybeAmount,
  bustPrice: maybeAmount,
  positionStatus,
  adlRankIndicator: z.int().min(0).max(5),
  autoAddMargin: z.union([z.literal(0), z.literal(1)]),
  leverageSysUpdatedTime: maybeMsText,
  mmrSysUpdatedTime: maybeMsText,
  seq: z.int().min(-1),
  isReduceOnly: z.boolean(),
}

const flatIsFlat = (row: { readonly side: string; readonly size: string }): boolean =>
  (row.side === '') === (Number(row.size) === 0)

export const positionRow = z
  .strictObject({ category: linear, entryPrice: maybeAmount, ...positionFields })
  .refine(flatIsFlat, 'side is "" exactly when size is 0')

export const positionRestRow = z
  .strictObject({ avgPrice: maybeAmount, ...positionFields })
  .refine(flatIsFlat, 'side is "" exactly when size is 0')

const walletCoin = z.strictObject({
  coin: z.string().regex(/^[A-Z]{2,10}$/),
  equity: decimal,
  usdValue: decimal,
  walletBalance: decimal,
  locked: amount,
  spotHedgingQty: amount,
  borrowAmount: amount,
  accruedInterest: amount,
  totalOrderIM: maybeAmount,
  totalPositionIM: maybeAmount,
  totalPositionMM: maybeAmount,
  unrealisedPnl: decimal,
  cumRealisedPnl: decimal,
  bonus: amount,
  collateralSwitch: z.boolean(),
  marginCollateral: z.boolean(),
  colRes: maybeDecimal,
  spotBorrow: amount,
  availableToBorrow: maybeAmount,
  availableToWithdraw: maybeAmount,
})

/** Facts §7.5; `wallet-balance` has the same row. */
export const walletRow = z.strictObject({
  accountType: z.literal('UNIFIED'),
  accountIMRate: maybeDecimal,
  accountIMRateByMp: maybeDecimal,
  accountMMRate: maybeDecimal,
  accountMMRateByMp: maybeDecimal,
  accountLTV: maybeAmount,
  totalEquity: decimal,
  totalWalletBalance: decimal,
  totalMarginBalance: maybeDecimal,
  totalAvailableBalance: maybeDecimal,
  totalPerpUPL: maybeDecimal,
  totalInitialMargin: maybeAmount,
  totalInitialMarginByMp: maybeAmount,
  totalMaintenanceMargin: maybeAmount,
  totalMaintenanceMarginByMp: maybeAmount,
  coin: z.array(walletCoin),
})

const envelope = <T extends z.ZodType>(topics: readonly [string, ...string[]], row: T) =>
  z.strictObject({
    id: z.string().min(1),
    topic: z.enum(topics),
    creationTime: msNumber,
    data: z.array(row).min(1),
  })

const ackFields = {
  req_id: z.string().optional(),
  op: z.string(),
  conn_id: z.string().min(1),
}

/** By kind of frame. Acknowledgements carry `req_id` only when one was sent. */
export const PRIVATE_FRAMES = {
  order: envelope(['order', 'order.linear'], orderRow),
  execution: envelope(['execution', 'execution.linear'], executionRow),
  'execution.fast': z.strictObject({
    topic: z.enum(['execution.fast', 'execution.fast.linear']),
    creationTime: msNumber,
    data: z.array(fastExecutionRow).min(1),
  }),
  position: envelope(['position', 'position.linear'], positionRow),
  wallet: envelope(['wallet'], walletRow),
  ack: z.strictObject({ success: z.literal(true), ret_msg: empty, ...ackFields }),
  refusal: z.strictObject({ success: z.literal(false), ret_msg: z.string().min(1), ...ackFields }),
  pong: z.strictObject({
    req_id: z.string().optional(),
    op: z.literal('pong'),
    args: z.tuple([msText]),
    conn_id: z.string().min(1),
  }),
} satisfies Record<string, z.ZodType>
