/**
 * The REST endpoints we call, as one table: path, what kind of question it is, and its counter.
 * Source of the caps: Bybit v5 rate-limit page, default tier, per account and endpoint in any rolling second.
 */
import type { Operation } from './outcome.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly operation: Operation
  /** Calls in any rolling second before the venue's headers say otherwise; null has only the address's budget. */
  readonly perSecond: number | null
  /** Public endpoints are not signed. */
  readonly signed: boolean
}

export type EndpointName = keyof typeof ENDPOINTS

export const ENDPOINTS = {
  create: { method: 'POST', path: '/v5/order/create', operation: 'submit', perSecond: 10, signed: true },
  cancel: { method: 'POST', path: '/v5/order/cancel', operation: 'cancel', perSecond: 10, signed: true },
  realtime: { method: 'GET', path: '/v5/order/realtime', operation: 'read', perSecond: 50, signed: true },
  history: { method: 'GET', path: '/v5/order/history', operation: 'read', perSecond: 50, signed: true },
  executions: { method: 'GET', path: '/v5/execution/list', operation: 'read', perSecond: 50, signed: true },
  positions: { method: 'GET', path: '/v5/position/list', operation: 'read', perSecond: 50, signed: true },
  wallet: { method: 'GET', path: '/v5/account/wallet-balance', operation: 'read', perSecond: 50, signed: true },
  transactions: {
    method: 'GET',
    path: '/v5/account/transaction-log',
    operation: 'read',
    perSecond: 25,
    signed: true,
  },
  account: { method: 'GET', path: '/v5/account/info', operation: 'read', perSecond: 50, signed: true },
  switchMode: { method: 'POST', path: '/v5/position/switch-mode', operation: 'config', perSecond: 10, signed: true },
  setLeverage: { method: 'POST', path: '/v5/position/set-leverage', operation: 'config', perSecond: 10, signed: true },
  time: { method: 'GET', path: '/v5/market/time', operation: 'read', perSecond: null, signed: false },
  instruments: {
    method: 'GET',
    path: '/v5/market/instruments-info',
    operation: 'read',
    perSecond: null,
    signed: false,
  },
} as const satisfies Readonly<Record<string, Endpoint>>
