/**
 * Who is connected with disconnect protection: an account counts as gone when the last private socket that held
 * `dcp.future` has ended, and as back when one holds it again. Leaving the topic on a living socket is neither.
 *
 * What follows from being gone for too long is the core's business. Source: Bybit v5 docs, private DCP stream.
 */
import type { Connection } from './connection.ts'

/** The topic for derivatives; those for spot and options have nothing to protect here. */
export const DCP_TOPIC = 'dcp.future'

export interface DcpWatch {
  holds(accountId: string, connection: Connection): void
  leaves(accountId: string, connection: Connection): void
  ended(accountId: string, connection: Connection): void
}

export function createDcpWatch(tell: (accountId: string, isAlive: boolean) => void): DcpWatch {
  const holders = new Map<string, Set<Connection>>()
  return {
    holds(accountId, connection) {
      const own = holders.get(accountId)
      if (own === undefined) holders.set(accountId, new Set([connection]))
      else own.add(connection)
      if ((own?.size ?? 0) <= 1) tell(accountId, true)
    },
    leaves: (accountId, connection) => void holders.get(accountId)?.delete(connection),
    ended(accountId, connection) {
      const own = holders.get(accountId)
      if (own?.delete(connection) === true && own.size === 0) tell(accountId, false)
    },
  }
}
