/**
 * What a key may do here, whichever way it asks: the account's standing, the key's permissions, its symbols. Who holds
 * the key and from where is the shell's to check (auth.ts).
 *
 * Source: facts §8.2; texts of Bybit's error page, from 110123 on in words of ours.
 */
import type { Account, Answer } from './model.ts'
import { refuse } from './model.ts'
import type { CoreRequest } from './types.ts'
import { textOf } from './validate.ts'

/** Accounts nothing is done for, and why. */
const STANDINGS: Readonly<Record<NonNullable<Account['key']['refusedWith']>, string>> = {
  10007: 'User authentication failed.',
  10008: 'User has been banned.',
  10009: 'IP has been banned.',
  10024: 'Compliance rules triggered.',
  10027: 'Transactions are banned.',
  10028: 'The API can only be accessed by unified account users.',
  33004: 'Your api key has expired.',
  100028: 'The API cannot be accessed by unified account users.',
  110123: 'New terms have to be accepted first.',
  110124: 'The account is in a cooling-off period.',
  110125: 'The account may not trade this product in its region.',
  110132: 'The account is restricted.',
}

const DENIED = refuse(10005, 'Permission denied, please check your API key permissions.')
const NOT_ITS_SYMBOL = refuse(10029, 'The requested symbol is invalid, please check symbol whitelist')

/** Null when the request may be looked at. */
export function rightsProblem(account: Account, { method, path, params }: CoreRequest): Answer | null {
  const { key } = account
  if (key.refusedWith !== null) return refuse(key.refusedWith, STANDINGS[key.refusedWith])
  const isChange = method === 'POST'
  if (isChange && key.readOnly) return DENIED
  const needed = permissionFor(path)
  if (needed !== null && !key.permissions.includes(needed)) return DENIED
  return isChange ? symbolProblem(account, params) : null
}

/** A key may be bound to symbols. The orders of a batch name theirs one by one. */
export function symbolProblem({ key }: Account, params: CoreRequest['params']): Answer | null {
  const symbol = textOf(params['symbol'])
  return symbol === '' || key.symbols.length === 0 || key.symbols.includes(symbol) ? null : NOT_ITS_SYMBOL
}

/** Account and user endpoints are open to every key. */
function permissionFor(path: string): 'Order' | 'Position' | null {
  if (path.startsWith('/v5/order/') || path.startsWith('/v5/execution/')) return 'Order'
  return path.startsWith('/v5/position/') ? 'Position' : null
}
