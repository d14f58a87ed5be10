/**
 * What every REST endpoint answers when it succeeds (facts §3; the samples of each). The strict session
 * sees to it that no endpoint is without a schema.
 */
import { z } from 'zod'
import { executionRow, orderRow, positionRestRow, walletRow } from './private.ts'
import { MARKET_RESULTS, page } from './rest-market.ts'
import {
  amount,
  countText,
  cursor,
  decimal,
  empty,
  execType,
  linear,
  linkId,
  maybeAmount,
  maybeDecimal,
  msText,
  orderType,
  positionIdx,
  positionStatus,
  side,
  symbol,
  uuid,
  wholeNumber,
} from './text.ts'

const nothing = z.strictObject({})
const orderAck = z.strictObject({ orderId: uuid, orderLinkId: linkId })

/** Facts §3.2: the stream's row less three fields. */
const { category: _category, closedPnl: _closedPnl, feeCurrency: _feeCurrency, ...orderFields } = orderRow.shape
const orderRestRow = z.strictObject(orderFields)

const {
  category: _ofRow,
  isLeverage: _isLeverage,
  execPnl: _execPnl,
  marketUnit: _marketUnit,
  ...executionFields
} = executionRow.shape
const executionRestRow = z.strictObject({ ...executionFields, execFeeV2: maybeDecimal })

/** Source: Bybit v5 docs, get-closed-pnl. Entry fees and exit fees came in 2025. */
const closedPnl = z.strictObject({
  symbol,
  orderId: uuid,
  side,
  qty: amount,
  orderPrice: amount,
  orderType,
  execType,
  closedSize: amount,
  cumEntryValue: amount,
  avgEntryPrice: amount,
  cumExitValue: amount,
  avgExitPrice: amount,
  closedPnl: decimal,
  fillCount: countText,
  leverage: amount,
  openFee: decimal,
  closeFee: decimal,
  createdTime: msText,
  updatedTime: msText,
})

/** Source: Bybit v5 docs, transaction-log. */
const transaction = z
  .strictObject({
    id: z.string().min(1),
    symbol: z.union([symbol, empty]),
    category: z.union([linear, empty]),
    side: z.enum(['Buy', 'Sell', 'None']),
    transactionTime: msText,
    type: z.enum(['TRADE', 'SETTLEMENT', 'LIQUIDATION', 'ADL', 'TRANSFER_IN', 'TRANSFER_OUT', 'DELIVERY']),
    transSubType: z.enum(['', 'movePosition']),
    qty: maybeAmount,
    size: maybeDecimal,
    currency: z.string().min(1),
    tradePrice: maybeAmount,
    funding: maybeDecimal,
    fee: maybeDecimal,
    cashFlow: decimal,
    change: decimal,
    cashBalance: decimal,
    feeRate: maybeDecimal,
    bonusChange: maybeDecimal,
    tradeId: z.string(),
    orderId: z.string(),
    orderLinkId: linkId,
    extraFees: empty,
  })
  .refine(
    ({ change, cashFlow, funding, fee }) =>
      Math.abs(Number(change) - (Number(cashFlow) + Number(funding) - Number(fee))) < 1e-7,
    'change = cashFlow + funding - fee',
  )

const accountInfo = z.strictObject({
  unifiedMarginStatus: z.int().min(1).max(6),
  marginMode: z.enum(['ISOLATED_MARGIN', 'REGULAR_MARGIN', 'PORTFOLIO_MARGIN']),
  isMasterTrader: z.boolean(),
  spotHedgingStatus: z.enum(['ON', 'OFF']),
  updatedTime: msText,
  dcpStatus: z.enum(['ON', 'OFF']),
  timeWindow: wholeNumber,
  smpGroup: wholeNumber,
})

/** Source: Bybit v5 docs, apikey-info. The three 64-bit twins came late. */
const apiKeyInfo = z.strictObject({
  id: z.string(),
  note: z.string(),
  apiKey: z.string(),
  readOnly: z.union([z.literal(0), z.literal(1)]),
  secret: empty,
  permissions: z.record(z.string(), z.array(z.string())),
  ips: z.array(z.string()),
  type: z.union([z.literal(1), z.literal(2)]),
  deadlineDay: z.int(),
  expiredAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  unified: z.int(),
  uta: z.int(),
  userID: z.int(),
  inviterID: z.int(),
  vipLevel: z.string(),
  mktMakerLevel: z.string(),
  affiliateID: z.int(),
  rsaPublicKey: z.string(),
  isMaster: z.boolean(),
  parentUid: z.string(),
  kycLevel: z.string(),
  kycRegion: z.string(),
  userIDInt64: z.string().optional(),
  inviterIDInt64: z.string().optional(),
  affiliateIDInt64: z.string().optional(),
})

/** Source: Bybit v5 docs, manual-add-margin: half a position row. */
const addedMargin = z.strictObject({
  category: linear,
  symbol,
  positionIdx,
  riskId: z.int(),
  riskLimitValue: amount,
  size: amount,
  avgPrice: amount,
  liqPrice: maybeAmount,
  bustPrice: maybeAmount,
  markPrice: amount,
  positionValue: amount,
  leverage: amount,
  autoAddMargin: z.union([z.literal(0), z.literal(1)]),
  positionStatus,
  positionIM: amount,
  positionMM: amount,
  takeProfit: maybeAmount,
  stopLoss: maybeAmount,
  trailingStop: maybeAmount,
  unrealisedPnl: decimal,
  cumRealisedPnl: decimal,
  createdTime: msText,
  updatedTime: msText,
})

const batchOf = <T extends z.ZodRawShape>(extra: T) =>
  z.strictObject({
    list: z.array(
      z.strictObject({
        category: z.string(),
        symbol: z.string(),
        orderId: z.union([uuid, empty]),
        orderLinkId: z.string(),
        ...extra,
      }),
    ),
  })

const preCheck = z.strictObject({
  orderId: uuid,
  orderLinkId: linkId,
  preImrE4: wholeNumber,
  preMmrE4: wholeNumber,
  postImrE4: wholeNumber,
  postMmrE4: wholeNumber,
})

/** Source: Bybit v5 docs, asset/coin/query-info. */
const coinChain = z.strictObject({
  chainType: z.string(),
  confirmation: countText,
  withdrawFee: maybeAmount,
  depositMin: amount,
  withdrawMin: amount,
  chain: z.string(),
  chainDeposit: z.enum(['0', '1']),
  chainWithdraw: z.enum(['0', '1']),
  minAccuracy: countText,
  withdrawPercentageFee: amount,
  contractAddress: z.string(),
  safeConfirmNumber: countText.optional(),
})

/** By path: the result of success. */
export const REST_RESULTS: Readonly<Record<string, z.ZodType>> = {
  ...MARKET_RESULTS,
  '/v5/order/create': orderAck,
  '/v5/order/amend': orderAck,
  '/v5/order/cancel': orderAck,
  '/v5/order/cancel-all': z.strictObject({ list: z.array(orderAck), success: z.enum(['0', '1']) }),
  '/v5/order/create-batch': batchOf({ createAt: z.union([msText, empty]) }),
  '/v5/order/amend-batch': batchOf({}),
  '/v5/order/cancel-batch': batchOf({}),
  '/v5/order/realtime': page(orderRestRow),
  '/v5/order/history': page(orderRestRow),
  '/v5/order/pre-check': preCheck,
  '/v5/order/disconnected-cancel-all': nothing,
  '/v5/execution/list': page(executionRestRow),
  '/v5/position/list': page(positionRestRow),
  '/v5/position/symbol-info': z.strictObject({
    category: linear,
    list: z.array(z.strictObject({ symbol, leverage: amount, side: z.enum(['Buy', 'Sell', '']), positionIdx })),
  }),
  '/v5/position/switch-mode': nothing,
  '/v5/position/switch-isolated': nothing,
  '/v5/position/set-leverage': nothing,
  '/v5/position/trading-stop': nothing,
  '/v5/position/set-auto-add-margin': nothing,
  '/v5/position/add-margin': addedMargin,
  '/v5/position/closed-pnl': page(closedPnl),
  '/v5/account/wallet-balance': z.strictObject({ list: z.tuple([walletRow]) }),
  '/v5/account/info': accountInfo,
  '/v5/account/fee-rate': z.strictObject({
    list: z.array(z.strictObject({ symbol, takerFeeRate: decimal, makerFeeRate: decimal })),
  }),
  '/v5/account/transaction-log': z.strictObject({ list: z.array(transaction), nextPageCursor: cursor }),
  '/v5/account/set-limit-px-action': nothing,
  '/v5/account/set-margin-mode': z.strictObject({ reasons: z.array(z.never()).length(0) }),
  '/v5/account/set-hedging-mode': nothing,
  '/v5/account/smp-group': z.strictObject({ smpGroup: wholeNumber }),
  '/v5/account/query-dcp-info': z.strictObject({
    dcpInfos: z.array(
      z.strictObject({
        product: z.enum(['SPOT', 'DERIVATIVES', 'OPTIONS']),
        dcpStatus: z.enum(['ON', 'OFF']),
        timeWindow: countText,
      }),
    ),
  }),
  '/v5/account/demo-apply-money': nothing,
  '/v5/account/user-setting-config': z.strictObject({
    lpaSpot: z.boolean(),
    lpaPerp: z.boolean(),
    smsef: z.boolean(),
    fmsef: z.boolean(),
  }),
  '/v5/asset/coin/query-info': z.strictObject({
    rows: z.array(
      z.strictObject({ name: z.string(), coin: z.string(), remainAmount: amount, chains: z.array(coinChain) }),
    ),
  }),
  '/v5/user/query-api': apiKeyInfo,
}
