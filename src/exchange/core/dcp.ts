/**
 * Disconnect protection: when every protected private socket of an account has been gone for the account's window, its
 * open orders are cancelled (CancelByDCP). The shell knows the sockets and says when the last one goes and when one is
 * back (`control`, change `dcp`); the core keeps the window and the deadline.
 *
 * Source: facts §3.2 and §7.6; Bybit v5 docs, set disconnect cancel all (a change takes effect after about 10 s).
 */
import { type Source, sourceOf } from './agenda.ts'
import type { Watch } from './books.ts'
import { cancel } from './matching.ts'
import type { Account, Answer, Venue } from './model.ts'
import { count, OK } from './model.ts'
import { badParam, type Params, textOf } from './validate.ts'

const DEFAULT_MS = 10_000
const EFFECT_MS = 10_000
const PRODUCTS: ReadonlySet<string> = new Set(['OPTIONS', 'DERIVATIVES', 'SPOT'])
const SECONDS = /^\d{1,3}$/

/** POST /v5/order/disconnected-cancel-all; the product defaults to options, which are of no account here. */
export function setDcp(venue: Venue, account: Account, params: Params): Answer {
  const product = textOf(params['product']) || 'OPTIONS'
  if (!PRODUCTS.has(product)) return badParam('product')
  const text = textOf(params['timeWindow'])
  const seconds = Number(text)
  if (!SECONDS.test(text) || seconds < 3 || seconds > 300) return badParam('timeWindow')
  const formerMs = windowMs(account, product, venue.nowMs)
  account.books.dcp.set(product, { windowMs: seconds * 1_000, sinceMs: venue.nowMs + EFFECT_MS, formerMs })
  return OK({})
}

/** GET /v5/account/query-dcp-info: derivatives, and what else was ever set. */
export function dcpInfo(venue: Venue, account: Account, _params: Params): Answer {
  const products = [...new Set(['DERIVATIVES', ...account.books.dcp.keys()])]
  const dcpInfos = products.map((product) => ({
    product,
    dcpStatus: 'ON',
    timeWindow: String(windowMs(account, product, venue.nowMs) / 1_000),
  }))
  return OK({ dcpInfos })
}

function windowMs({ books }: Account, product: string, nowMs: number): number {
  const set = books.dcp.get(product)
  if (set === undefined) return DEFAULT_MS
  return nowMs >= set.sinceMs ? set.windowMs : set.formerMs
}

/** A protected socket is there, or the last one went. */
export function changeProtection(venue: Venue, account: Account, isAlive: boolean): void {
  const dueMs = venue.nowMs + windowMs(account, 'DERIVATIVES', venue.nowMs)
  // Gone is gone: being told twice does not start the window anew.
  account.books.dcpDueMs = isAlive ? Number.POSITIVE_INFINITY : Math.min(account.books.dcpDueMs, dueMs)
  venue.watch.deadline()
}

export function createProtection(
  venue: () => Venue,
  rank: number,
): { readonly source: Source } & Pick<Watch, 'deadline'> {
  const nextMs = (): number => Math.min(...[...venue().accounts.values()].map(({ books }) => books.dcpDueMs))
  const source = sourceOf(rank, (atMs) => {
    venue().nowMs = atMs
    for (const account of venue().accounts.values()) if (account.books.dcpDueMs <= atMs) fire(venue(), account)
    return nextMs()
  })
  return { source, deadline: () => venue().agenda.schedule(source, nextMs()) }
}

function fire(venue: Venue, account: Account): void {
  account.books.dcpDueMs = Number.POSITIVE_INFINITY
  count(venue, 'protections')
  for (const { open } of account.holdings) {
    for (const order of [...open.values()])
      cancel(venue, order, { cancelType: 'CancelByDCP', rejectReason: 'EC_PerCancelRequest' })
  }
}
