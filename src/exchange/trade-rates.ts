/**
 * How many order requests trade sockets may send in any second, beside what each account's endpoints allow.
 *
 *   10403  the address          20003  the socket          10429  everybody together
 *
 * Source: Bybit v5 websocket trade guideline, error page; only the address's 3,000 is documented.
 */
import type { Connection } from './connection.ts'
import { createRolling, type Rolling } from './rolling.ts'

export interface TradeBounds {
  readonly perAddress: number
  readonly perSession: number
  readonly system: number | null
}

export interface TradeRates {
  /** Counts one request; the refusal when it is one too many. */
  refuses(connection: Connection, nowMs: number): { readonly retCode: number; readonly retMsg: string } | undefined
  /** The socket is gone. */
  forget(connection: Connection): void
}

const SECOND_MS = 1000
/** With more addresses than this, those without a request in the last second are forgotten. */
const ADDRESSES_MAX = 1000

const ADDRESS_TOO_FAST = { retCode: 10403, retMsg: 'Exceed IP rate limit. 3000 requests per second per IP' }
const SESSION_TOO_FAST = { retCode: 20003, retMsg: 'Too frequent requests under the same session' }
const SYSTEM_TOO_FAST = { retCode: 10429, retMsg: 'System level frequency protection' }

export function createTradeRates({ perAddress, perSession, system }: TradeBounds): TradeRates {
  const addresses = new Map<string, Rolling>()
  const sessions = new Map<Connection, Rolling>()
  const everybody = system === null ? null : createRolling(system, SECOND_MS)

  return {
    refuses(connection, nowMs) {
      if (addresses.size > ADDRESSES_MAX) forgetQuiet(nowMs)
      if (!ringOf(addresses, connection.address, perAddress).admit(nowMs)) return ADDRESS_TOO_FAST
      if (!ringOf(sessions, connection, perSession).admit(nowMs)) return SESSION_TOO_FAST
      return everybody === null || everybody.admit(nowMs) ? undefined : SYSTEM_TOO_FAST
    },
    forget: (connection) => void sessions.delete(connection),
  }

  function forgetQuiet(nowMs: number): void {
    for (const [address, ring] of addresses) {
      if (nowMs - ring.latestMs() >= SECOND_MS) addresses.delete(address)
    }
  }
}

function ringOf<K>(rings: Map<K, Rolling>, key: K, count: number): Rolling {
  let ring = rings.get(key)
  if (ring === undefined) {
    ring = createRolling(count, SECOND_MS)
    rings.set(key, ring)
  }
  return ring
}
