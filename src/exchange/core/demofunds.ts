/**
 * Demo funds: POST /v5/account/demo-apply-money, once a minute. Everything in it may be left out; a request that names
 * no coin asks for as much USDT as one request gives.
 *
 * Source: facts §1; Bybit v5 docs, demo trading service. How the venue refuses is not documented.
 */
import type { OtherCoin } from './books.ts'
import { transfer } from './ledger.ts'
import { availableBalance } from './margin.ts'
import type { Account, Answer, Venue } from './model.ts'
import { OK, refuse } from './model.ts'
import { e8FromText } from './money.ts'
import { touchWallet } from './outbox.ts'
import { badParam, type Params, textOf } from './validate.ts'

type Coin = OtherCoin | 'USDT'

/** The most one request may ask for, as decimal text. */
const MAXIMA: Readonly<Record<Coin, string>> = { BTC: '15', ETH: '200', USDT: '100000', USDC: '100000' }
const AMOUNT = /^\d{1,12}(\.\d{1,8})?$/

export function applyMoney(venue: Venue, account: Account, params: Params): Answer {
  const adjustType = textOf(params['adjustType']) || '0'
  if (adjustType !== '0' && adjustType !== '1') return badParam('adjustType')
  const amounts = amountsOf(params['utaDemoApplyMoney'])
  if (!(amounts instanceof Map)) return amounts
  const isAdding = adjustType === '0'
  const problem = isAdding ? null : shortage(account, amounts)
  if (problem !== null) return problem
  for (const [coin, unitsE8] of amounts) {
    const kind = isAdding ? 'TRANSFER_IN' : 'TRANSFER_OUT'
    transfer(venue, account, { kind, coin, changeE8: isAdding ? unitsE8 : -unitsE8 })
  }
  touchWallet(venue, account)
  return OK({})
}

/** Units by coin, 1e-8 of each, or what is wrong with them. */
function amountsOf(asked: unknown): Map<Coin, number> | Answer {
  if (asked === undefined || asked === null) return new Map([['USDT', e8FromText(MAXIMA.USDT)]])
  if (!Array.isArray(asked)) return badParam('utaDemoApplyMoney')
  const amounts = new Map<Coin, number>()
  for (const each of asked as readonly unknown[]) {
    if (typeof each !== 'object' || each === null) return badParam('utaDemoApplyMoney')
    const item = each as Params
    const coin = textOf(item['coin'])
    if (!isCoin(coin)) return badParam('coin')
    const text = textOf(item['amountStr']) || MAXIMA[coin]
    if (!AMOUNT.test(text) || Number(text) === 0) return badParam('amountStr')
    const unitsE8 = (amounts.get(coin) ?? 0) + e8FromText(text)
    if (unitsE8 > e8FromText(MAXIMA[coin]))
      return refuse(10001, `params error: at most ${MAXIMA[coin]} ${coin} a request`)
    amounts.set(coin, unitsE8)
  }
  return amounts
}

function isCoin(text: string): text is Coin {
  return Object.hasOwn(MAXIMA, text)
}

/** Why so much cannot be taken away: it is not there, or it is margin. */
function shortage(account: Account, amounts: ReadonlyMap<Coin, number>): Answer | null {
  for (const [coin, unitsE8] of amounts) {
    const heldE8 = coin === 'USDT' ? account.cashE8 : (account.books.coins.get(coin) ?? 0)
    if (unitsE8 > heldE8) return refuse(110004, 'Wallet balance is insufficient')
    if (coin === 'USDT' && unitsE8 > availableBalance(account)) return refuse(110012, 'Insufficient available balance.')
  }
  return null
}
