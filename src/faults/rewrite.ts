/**
 * Changes a create request on its way to the venue, and signs it anew.
 *
 *   body bytes ─► price or quantity text ─► body bytes ─► X-BAPI-SIGN
 *
 * The venue verifies the signature over the bytes it receives, so a changed body needs a new one; timestamp, key and
 * receive window are the client's own, so the request is not a microsecond younger than it was.
 */
import { createHmac } from 'node:crypto'
import type { FaultVerdict } from './plan-types.ts'

export type Rewriting = Extract<FaultVerdict, { readonly do: 'reprice' | 'shrink' }>

export function isRewriting(verdict: FaultVerdict): verdict is Rewriting {
  return verdict.do === 'reprice' || verdict.do === 'shrink'
}

/** The changed body of a create. */
export function rewriteCreate(bodyText: string, verdict: Rewriting): string {
  return JSON.stringify(rewriteOrder(JSON.parse(bodyText) as Order, verdict))
}

type Order = Readonly<Record<string, unknown>>

/** A changed copy. A market order has no price and a quantity of "0" (close all) no fraction: those stay as sent. */
export function rewriteOrder(order: Order, verdict: Rewriting): Order {
  const { price, qty, side } = order
  if (verdict.do === 'reprice') {
    return typeof price === 'string' ? { ...order, price: repriced(price, side === 'Buy', verdict) } : order
  }
  return typeof qty === 'string' ? { ...order, qty: shrunk(qty, verdict) } : order
}

/**
 * Lower-case hex HMAC-SHA256 over timestamp + key + receive window + body. Source: Bybit v5 guide, authentication;
 * the receive window counts as sent, and as absent when absent.
 */
export function signatureOf(headers: Headers, bodyText: string, apiSecret: string): string {
  const text = ['x-bapi-timestamp', 'x-bapi-api-key', 'x-bapi-recv-window'].map((name) => headers.get(name) ?? '')
  return createHmac('sha256', apiSecret)
    .update(text.join('') + bodyText)
    .digest('hex')
}

/** Away from the market is down for a buy and up for a sell; so is the rounding. */
function repriced(text: string, isBuy: boolean, verdict: Extract<Rewriting, { do: 'reprice' }>): string {
  const sign = isBuy ? 1n : -1n
  const numerator = 1_000_000n + sign * BigInt(Math.round(verdict.bps * 100))
  return scaled(text, numerator, verdict.tick, isBuy ? 'down' : 'up')
}

function shrunk(text: string, verdict: Extract<Rewriting, { do: 'shrink' }>): string {
  return scaled(text, BigInt(Math.floor(verdict.fraction * 1_000_000)), verdict.lot, 'down')
}

/** `text` × numerator / 1,000,000 in whole steps, at least one unless it was zero; no plain decimal stays as sent. */
function scaled(text: string, numerator: bigint, stepText: string | undefined, rounding: 'down' | 'up'): string {
  if (!/^\d+(\.\d+)?$/.test(text)) return text
  const decimals = Math.max(decimalsOf(text), decimalsOf(stepText ?? ''))
  const sent = unitsOf(text, decimals)
  const step = stepText === undefined ? 1n : unitsOf(stepText, decimals)
  if (sent === 0n) return text
  const divisor = 1_000_000n * step
  const steps = (sent * numerator + (rounding === 'up' ? divisor - 1n : 0n)) / divisor
  return textOf((steps > 0n ? steps : 1n) * step, decimals)
}

function decimalsOf(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function unitsOf(text: string, decimals: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(decimals, '0'))
}

function textOf(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
