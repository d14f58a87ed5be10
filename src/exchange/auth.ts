/**
 * Who is asking? Signatures are checked over the bytes as they arrived, never over a re-serialised value: clients
 * differ in key order and blanks.
 *
 *   REST    hex hmac-sha256(secret, timestamp + apiKey + recvWindow + (raw query without "?" | raw body))
 *   stream  hex hmac-sha256(secret, "GET/realtime" + expires)
 *
 * A key of the RSA kind signs the same texts with RSA-SHA256, in base64.
 *
 * Source: Bybit v5 guide (REST) and websocket authentication; refusal texts as seen in public issue threads.
 */
import { createHmac, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { ExchangeCore, KeyHolder } from './core/types.ts'

export type Accounts = ExchangeCore['accounts']

export type Authentication =
  | { readonly ok: true; readonly accountId: string }
  | { readonly ok: false; readonly retCode: number; readonly retMsg: string }

/** A private REST request as it arrived. */
export interface SignedCall {
  readonly headers: IncomingHttpHeaders
  /** The raw query string without its question mark, or the raw body. */
  readonly payload: string | Buffer
  /** Where it came from. */
  readonly address: string
}

/** What the venue assumes when `X-BAPI-RECV-WINDOW` is absent, ms. */
const RECV_WINDOW_DEFAULT_MS = 5000
/** A request stamped this far ahead of the venue's clock, or more, is refused whatever its window, ms. */
const AHEAD_MAX_MS = 1000

const DIGITS = /^\d{1,16}$/

/** Lower-case hex HMAC-SHA256 of `prefix` followed by `payload`. */
export function sign(secret: string, prefix: string, payload: string | Buffer = ''): string {
  return createHmac('sha256', secret).update(prefix).update(payload).digest('hex')
}

/** Whether the holder of this key signed `prefix` followed by `payload`. */
export function isSigned(
  { apiSecret, rsaPublicKey = null }: KeyHolder,
  signature: unknown,
  prefix: string,
  payload: string | Buffer = '',
): boolean {
  if (typeof signature !== 'string') return false
  if (rsaPublicKey === null) return sign(apiSecret, prefix, payload) === signature
  const signed = Buffer.concat([Buffer.from(prefix), Buffer.from(payload)])
  return verify('RSA-SHA256', signed, rsaPublicKey, Buffer.from(signature, 'base64'))
}

/**
 * Checks the headers of a private REST request. Refusals, in this order: 10003 key missing or none of `accounts`, 10010
 * address not on the key's list, 10001 another header missing, 10002 outside the window, 10004 signature. What the key
 * may do is the core's to say (10005).
 */
export function authenticateRequest(call: SignedCall, accounts: Accounts, nowMs: number): Authentication {
  const { headers, payload, address } = call
  const key = text(headers['x-bapi-api-key'])
  const stamp = text(headers['x-bapi-timestamp'])
  const signature = text(headers['x-bapi-sign'])
  const window = text(headers['x-bapi-recv-window'])
  const holder = accounts.get(key)
  if (holder === undefined) return refuse(10003, 'API key is invalid.')
  if (!mayCallFrom(holder, address)) {
    return refuse(10010, "Unmatched IP, please check your API key's bound IP addresses.")
  }
  if (stamp === '' || signature === '') {
    return refuse(10001, `empty value: apiTimestamp[${stamp}] apiKey[${key}] apiSignature[${signature}]`)
  }
  const late = windowProblem(stamp, window, nowMs)
  if (late !== undefined) return refuse(10002, late)
  const prefix = stamp + key + window
  if (!isSigned(holder, signature, prefix, payload)) {
    return refuse(10004, `error sign! origin_string[${prefix}${payload.toString()}]`)
  }
  return { ok: true, accountId: holder.accountId }
}

function mayCallFrom({ ips = ['*'] }: KeyHolder, address: string): boolean {
  return ips.includes('*') || ips.includes(address)
}

/** An IPv4 address written as IPv6, as sockets that listen on both report it, is the same address. */
export function plainAddress(address: string | undefined): string {
  return address === undefined ? '' : address.replace(/^::ffff:(?=\d+\.)/, '')
}

/** Checks the arguments `[apiKey, expires, signature]` of an `auth` frame. Clients send `expires` as number or as text. */
export function authenticateStream(args: unknown, accounts: Accounts, nowMs: number): string | undefined {
  if (!Array.isArray(args) || args.length !== 3) return undefined
  const [key, expires, signature] = args as readonly unknown[]
  const account = typeof key === 'string' ? accounts.get(key) : undefined
  const stamp = typeof expires === 'number' || typeof expires === 'string' ? String(expires) : ''
  if (account === undefined || !DIGITS.test(stamp) || Number(stamp) <= nowMs) return undefined
  return isSigned(account, signature, `GET/realtime${stamp}`) ? account.accountId : undefined
}

/**
 * The text of 10002 for a timestamp outside `server − window ≤ timestamp < server + 1000`. Both are as the client wrote
 * them; an empty window is 5,000 ms. Source: facts §2.1.
 */
export function windowProblem(stamp: string, window: string, nowMs: number): string | undefined {
  return withinWindow(stamp, window, nowMs) ? undefined : windowText(stamp, window, nowMs)
}

function withinWindow(stamp: string, window: string, nowMs: number): boolean {
  const windowMs = window === '' ? RECV_WINDOW_DEFAULT_MS : DIGITS.test(window) ? Number(window) : Number.NaN
  if (!DIGITS.test(stamp) || Number.isNaN(windowMs)) return false
  const stampMs = Number(stamp)
  return stampMs >= nowMs - windowMs && stampMs < nowMs + AHEAD_MAX_MS
}

function windowText(stamp: string, window: string, nowMs: number): string {
  const shown = window === '' ? String(RECV_WINDOW_DEFAULT_MS) : window
  return (
    'invalid request, please check your server timestamp or recv_window param. ' +
    `req_timestamp[${stamp}],server_timestamp[${nowMs}],recv_window[${shown}]`
  )
}

function refuse(retCode: number, retMsg: string): Authentication {
  return { ok: false, retCode, retMsg }
}

function text(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : ''
}
