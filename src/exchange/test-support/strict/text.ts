/**
 * The texts the venue writes: numbers as decimal text, moments as text of milliseconds, words from closed lists (facts §4).
 * Words a client must expect and the venue no longer sends (`Created`, `Active`) are not in the lists.
 */
import { z } from 'zod'

/** Plain digits: no exponent, no leading zeros, no plus, no minus zero. */
const DECIMAL = /^(?!-0(?:\.0+)?$)-?(?:0|[1-9]\d*)(?:\.\d{1,18})?$/

export const decimal = z.string().regex(DECIMAL, 'must be decimal text')
export const amount = z.string().regex(/^(?:0|[1-9]\d*)(?:\.\d{1,18})?$/, 'must be decimal text, not negative')
/** Where there may be no value: `""` or decimal text (facts §4.1). */
export const maybeDecimal = z.union([z.literal(''), decimal])
export const maybeAmount = z.union([z.literal(''), amount])
export const empty = z.literal('')
/** Milliseconds since 1970 as text; 13 digits. */
export const msText = z.string().regex(/^1[5-9]\d{11}$/, 'must be milliseconds as text')
/** The same where nothing may have happened yet. */
export const maybeMsText = z.union([z.enum(['', '0']), msText])
export const msNumber = z.int().min(1_500_000_000_000).max(1_999_999_999_999)
export const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID')
export const linkId = z.string().regex(/^[A-Za-z0-9_-]{0,36}$/, 'must be a client order id, or empty')
export const symbol = z.string().regex(/^[A-Z0-9]{2,20}USDT$/, 'must be a USDT perpetual')
export const countText = z.string().regex(/^(?:0|[1-9]\d*)$/, 'must be a whole number as text')
export const wholeNumber = z.int().nonnegative()
export const linear = z.literal('linear')
export const cursor = z.string().regex(/^[A-Za-z0-9%_.:,=&-]*$/, 'must be a cursor that survives a URL')

export const side = z.enum(['Buy', 'Sell'])
export const positionSide = z.enum(['Buy', 'Sell', ''])
export const positionIdx = z.union([z.literal(0), z.literal(1), z.literal(2)])
export const orderType = z.enum(['Market', 'Limit'])
export const timeInForce = z.enum(['GTC', 'IOC', 'FOK', 'PostOnly', 'RPI'])
export const orderStatus = z.enum([
  'New',
  'PartiallyFilled',
  'Untriggered',
  'Filled',
  'Cancelled',
  'Rejected',
  'Triggered',
  'Deactivated',
])
export const execType = z.enum(['Trade', 'Funding', 'AdlTrade', 'BustTrade', 'Delivery', 'Settle'])
export const triggerBy = z.enum(['LastPrice', 'IndexPrice', 'MarkPrice', 'UNKNOWN', ''])
export const stopOrderType = z.enum([
  'UNKNOWN',
  '',
  'TakeProfit',
  'StopLoss',
  'TrailingStop',
  'Stop',
  'PartialTakeProfit',
  'PartialStopLoss',
  'MmRateClose',
])
export const createType = z.enum([
  'CreateByUser',
  'CreateByStopOrder',
  'CreateByTakeProfit',
  'CreateByPartialTakeProfit',
  'CreateByStopLoss',
  'CreateByPartialStopLoss',
  'CreateByTrailingStop',
  'CreateByLiq',
  'CreateByTakeOver_PassThrough',
  'CreateByAdl_PassThrough',
  'CreateByClosing',
  'CreateBySettle',
  'CreateByBboOrder',
])
export const cancelType = z.enum([
  'UNKNOWN',
  'CancelByUser',
  'CancelByReduceOnly',
  'CancelByPrepareLiq',
  'CancelAllBeforeLiq',
  'CancelByPrepareAdl',
  'CancelAllBeforeAdl',
  'CancelByAdmin',
  'CancelBySettle',
  'CancelByTpSlTsClear',
  'CancelBySmp',
  'CancelByDCP',
  'CancelByRebalance',
  'CancelByOCOTpCanceledBySlTriggered',
  'CancelByOCOSlCanceledByTpTriggered',
  // Documented for options alone; for a triggered order that cannot be paid the documents have no other word.
  'CancelByCannotAffordOrderCost',
])
export const rejectReason = z.enum([
  'EC_NoError',
  'EC_Others',
  'EC_OrigClOrdIDDoesNotExist',
  'EC_NoEnoughQtyToFill',
  'EC_NoImmediateQtyToFill',
  'EC_PerCancelRequest',
  'EC_PostOnlyWillTakeLiquidity',
  'EC_CancelForNoFullFill',
  'EC_BySelfMatch',
  'EC_ReachMaxTradeNum',
  'EC_ReachRiskPriceLimit',
  'EC_ReachMarketPriceLimit',
])
export const smpType = z.enum(['None', 'CancelMaker', 'CancelTaker', 'CancelBoth'])
export const tickDirection = z.enum(['PlusTick', 'ZeroPlusTick', 'MinusTick', 'ZeroMinusTick'])
export const positionStatus = z.enum(['Normal', 'Liq', 'Adl'])
export const tpslMode = z.enum(['', 'UNKNOWN', 'Full', 'Partial'])

/** `""` outside the countries that have them, else a list (facts §7.3). */
export const extraFees = z.union([
  empty,
  z.array(
    z.strictObject({
      feeCoin: z.string(),
      feeType: z.string(),
      subFeeType: z.string(),
      feeRate: decimal,
      fee: decimal,
    }),
  ),
])
