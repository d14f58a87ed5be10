/**
 * Who is who on the private stream: each socket's account and topics, each account's sockets, and which accounts are
 * connected with disconnect protection.
 */
import type { Accounts } from './auth.ts'
import type { Connection } from './connection.ts'
import { createDcpWatch, DCP_TOPIC } from './dcp-watch.ts'
import type { Persona } from './personas.ts'
import type { PrivateTopics } from './private-topics.ts'

/** Where a private socket came in. */
export interface PrivateDoor {
  readonly persona: Persona
  /** Keys known there. */
  readonly accounts: Accounts
  /** What the client asked for in its URL, ms. */
  readonly idleMaxMs: number | undefined
}

export interface Session {
  readonly door: PrivateDoor
  /** Undefined before authentication. */
  readonly accountId: string | undefined
  readonly topics: PrivateTopics
}

export interface PrivateSessions {
  open(connection: Connection, door: PrivateDoor): void
  get(connection: Connection): Session | undefined
  /** The sockets of an account. */
  of(accountId: string): Iterable<Connection>
  /** A socket that authenticates as somebody else keeps its topics and hears of the new account only. */
  belong(connection: Connection, accountId: string): void
  /** Lets `change` do something to the socket's topics. Answers what it answers. */
  choose<T>(connection: Connection, change: (topics: PrivateTopics) => T): T | undefined
  end(connection: Connection): void
}

interface OpenSession extends Session {
  accountId: string | undefined
}

const NOBODY: readonly Connection[] = []

/** `tellDcp`: an account's last protected socket has ended, or the first one is there. */
export function createPrivateSessions(tellDcp: (accountId: string, isAlive: boolean) => void): PrivateSessions {
  const sessions = new Map<Connection, OpenSession>()
  const byAccount = new Map<string, Set<Connection>>()
  const dcp = createDcpWatch(tellDcp)

  return {
    open: (connection, door) => void sessions.set(connection, { door, accountId: undefined, topics: new Set() }),
    get: (connection) => sessions.get(connection),
    of: (accountId) => byAccount.get(accountId) ?? NOBODY,
    belong,
    choose,
    end,
  }

  function belong(connection: Connection, accountId: string): void {
    const session = sessions.get(connection)
    if (session === undefined || session.accountId === accountId) return
    if (session.accountId !== undefined) {
      byAccount.get(session.accountId)?.delete(connection)
      dcp.leaves(session.accountId, connection)
    }
    session.accountId = accountId
    const own = byAccount.get(accountId)
    if (own === undefined) byAccount.set(accountId, new Set([connection]))
    else own.add(connection)
    if (session.topics.has(DCP_TOPIC)) dcp.holds(accountId, connection)
  }

  function choose<T>(connection: Connection, change: (topics: PrivateTopics) => T): T | undefined {
    const session = sessions.get(connection)
    if (session === undefined) return undefined
    const { accountId, topics } = session
    const wasProtected = topics.has(DCP_TOPIC)
    const answer = change(topics)
    if (accountId !== undefined && topics.has(DCP_TOPIC) !== wasProtected) {
      if (wasProtected) dcp.leaves(accountId, connection)
      else dcp.holds(accountId, connection)
    }
    return answer
  }

  function end(connection: Connection): void {
    const accountId = sessions.get(connection)?.accountId
    sessions.delete(connection)
    if (accountId === undefined) return
    byAccount.get(accountId)?.delete(connection)
    dcp.ended(accountId, connection)
  }
}
