/**
 * Signatures, as Bybit v5 wants them: HMAC-SHA256 with the secret, lower-case hex.
 *
 *   REST    timestamp ‖ api key ‖ receive window ‖ (query string | body)     no separators
 *   stream  "GET/realtime" ‖ expires
 *
 * The venue verifies over the bytes it receives, so what is signed must be what is sent: build the text once.
 */
import { createHmac } from 'node:crypto'

export interface Credentials {
  readonly apiKey: string
  readonly apiSecret: string
}

export interface RestPreimage {
  /** Venue clock, whole ms. The venue accepts `now − recvWindowMs ≤ timestampMs < now + 1000`. */
  readonly timestampMs: number
  readonly recvWindowMs: number
  /** The raw query string without `?` (GET) or the raw body (POST); empty when there is neither. */
  readonly payload: string
}

/** The value of `X-BAPI-SIGN`. */
export function signRest(
  { apiKey, apiSecret }: Credentials,
  { timestampMs, recvWindowMs, payload }: RestPreimage,
): string {
  return hmac(apiSecret, `${timestampMs}${apiKey}${recvWindowMs}${payload}`)
}

/** The third argument of a stream's `auth` frame; `expiresMs` must lie after the venue's present. */
export function signStream(apiSecret: string, expiresMs: number): string {
  return hmac(apiSecret, `GET/realtime${expiresMs}`)
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}
