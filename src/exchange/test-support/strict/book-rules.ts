/**
 * What must hold between the frames of one public socket (facts §6): deltas follow a snapshot and change only what the
 * client holds, update ids grow, sequence numbers never fall, sides never meet, trades come once.
 */
import type { Message } from './inspector.ts'

type Complain = (what: string, sample: unknown) => void

/** One topic's book as a client that follows the rules holds it. */
interface Book {
  readonly bids: Map<string, string>
  readonly asks: Map<string, string>
  updateId: number
  seq: number
}

interface BookData {
  readonly b: readonly (readonly [string, string])[]
  readonly a: readonly (readonly [string, string])[]
  readonly u: number
  readonly seq: number
}

export interface BookRules {
  frame(message: Message): void
  /** Topics the client gave up: what it held of them is forgotten. */
  forget(topics: readonly string[]): void
  /** Best `depth` levels of both sides, as REST lists them. */
  levels(topic: string, depth: number): { readonly b: readonly string[][]; readonly a: readonly string[][] } | undefined
}

export function createBookRules(complain: Complain): BookRules {
  const books = new Map<string, Book>()
  const tickers = createTickerRules(complain)
  const tradeFrame = createTradeRules(complain)

  const bookFrame = (topic: string, message: Message): void => {
    const data = message['data'] as BookData
    const held = books.get(topic)
    if (message['type'] === 'snapshot') {
      const isRestart = data.u === 1
      if (held !== undefined && !isRestart && data.u < held.updateId) complain('book: a snapshot goes back', message)
      books.set(topic, { bids: new Map(data.b), asks: new Map(data.a), updateId: data.u, seq: data.seq })
      return
    }
    if (held === undefined) {
      complain('book: a delta without a snapshot', message)
      return
    }
    if (data.u <= held.updateId) complain('book: the update id of a delta does not grow', message)
    if (data.seq < held.seq) complain('book: seq falls', message)
    held.updateId = data.u
    held.seq = data.seq
    apply(held.bids, data.b, message)
    apply(held.asks, data.a, message)
    const [bid] = sorted(held.bids, -1)
    const [ask] = sorted(held.asks, 1)
    if (bid !== undefined && ask !== undefined && Number(bid[0]) >= Number(ask[0]))
      complain('book: sides meet', message)
    if (Math.max(held.bids.size, held.asks.size) > Number(topic.split('.')[1])) complain('book: too deep', message)
  }
  const apply = (side: Map<string, string>, changes: BookData['b'], message: Message): void => {
    for (const [price, size] of changes) {
      if (size !== '0') side.set(price, size)
      else if (!side.delete(price)) complain('book: a level goes that was never there', message)
    }
  }
  return {
    frame: (message) => {
      const { topic } = message
      if (typeof topic !== 'string') return
      if (topic.startsWith('orderbook.')) bookFrame(topic, message)
      else if (topic.startsWith('tickers.')) tickers.frame(topic, message)
      else if (topic.startsWith('publicTrade.')) tradeFrame(topic, message)
    },
    forget: (topics) => {
      for (const topic of topics) {
        books.delete(topic)
        tickers.delete(topic)
      }
    },
    levels: (topic, depth) => {
      const held = books.get(topic)
      if (held === undefined) return undefined
      return { b: sorted(held.bids, -1).slice(0, depth), a: sorted(held.asks, 1).slice(0, depth) }
    },
  }
}

function createTickerRules(complain: Complain) {
  const held = new Map<string, number>()
  return {
    frame: (topic: string, message: Message): void => {
      const cs = message['cs'] as number
      const before = held.get(topic)
      if (message['type'] === 'delta' && before === undefined) complain('ticker: a delta without a snapshot', message)
      if (cs < (before ?? 0)) complain('ticker: cs falls', message)
      held.set(topic, cs)
    },
    delete: (topic: string): void => void held.delete(topic),
  }
}

function createTradeRules(complain: Complain) {
  const held = new Map<string, { seq: number; readonly ids: Set<unknown> }>()
  return (topic: string, message: Message): void => {
    const known = held.get(topic) ?? { seq: 0, ids: new Set() }
    held.set(topic, known)
    for (const row of message['data'] as readonly Message[]) {
      const seq = row['seq'] as number
      if (seq < known.seq) complain('trades: seq falls', message)
      if (known.ids.has(row['i'])) complain('trades: one comes twice', message)
      known.seq = seq
      known.ids.add(row['i'])
    }
  }
}

function sorted(side: ReadonlyMap<string, string>, sign: 1 | -1): string[][] {
  return [...side].map((level) => [...level]).toSorted((one, other) => sign * (Number(one[0]) - Number(other[0])))
}
