/**
 * A stream of the npm package `bybit-api`, heard as rows per topic. One client per socket, because the package takes one
 * address for all its sockets.
 */
import { WebsocketClient, type WSClientConfigurableOptions } from 'bybit-api'

export type Row = Readonly<Record<string, unknown>>

export interface Listener extends Disposable {
  /** Resolves once the rows of a topic, all taken together, satisfy the test. */
  until(topic: string, satisfied: (rows: readonly Row[]) => boolean): Promise<readonly Row[]>
  /** Rows of a topic heard so far. */
  count(topic: string): number
  /** Resolves when the client has reconnected and subscribed again; at once when it has done so before. */
  readonly reconnected: Promise<void>
}

/** Connects and subscribes; rejects with what the venue said when it refuses. */
export async function listen(options: WSClientConfigurableOptions, topics: string[]): Promise<Listener> {
  const silent = (): undefined => undefined
  const client = new WebsocketClient({ market: 'v5', ...options }, { trace: silent, info: silent, error: silent })
  const heard = new Map<string, Row[]>()
  let looking: (() => void)[] = []
  client.on('update', ({ topic, data }: { topic: string; data: unknown }) => {
    const rows = heard.get(topic) ?? []
    heard.set(topic, rows)
    rows.push(...((Array.isArray(data) ? data : [data]) as Row[]))
    for (const look of looking) look()
  })
  const until: Listener['until'] = (topic, satisfied) =>
    new Promise((resolve) => {
      const look = (): void => {
        const rows = heard.get(topic) ?? []
        if (!satisfied(rows)) return
        looking = looking.filter((each) => each !== look)
        resolve(rows)
      }
      looking.push(look)
      look()
    })
  const reconnected = new Promise<void>((resolve) => client.on('reconnected', () => resolve()))
  const refused = new Promise<never>((_, reject) =>
    client.on('exception', (error) => reject(new Error(JSON.stringify(error)))),
  )
  refused.catch(() => undefined)
  // What `subscribeV5` promises is the connection: its topics are asked for after that, and count from the venue's answer.
  const subscribed = new Promise<void>((resolve) =>
    client.on('response', ({ op, success }: { op?: string; success?: boolean }) => {
      if (op === 'subscribe' && success === true) resolve()
    }),
  )
  await Promise.race([refused, Promise.all([subscribed, ...client.subscribeV5(topics, 'linear')])])
  return {
    until,
    reconnected,
    count: (topic) => heard.get(topic)?.length ?? 0,
    [Symbol.dispose]: () => client.closeAll(true),
  }
}
