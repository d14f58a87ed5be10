/**
 * Ends a run by what it does rather than by the clock: after a good trade on each symbol that is asked for.
 *
 *   trade.planned, late enough ─► trade.hedged (where that is asked) ─► trade.flat ─► every symbol? ─► told, once
 */
import type { Journal } from '../journal/append.ts'
import type { EventData, EventType } from '../journal/events.ts'

/** A good trade is one that began at `fromMs` or later (monotonic) and ended flat, and was a hedged pair where `hedged` says so. */
export interface LastTrade {
  readonly fromMs: number
  /** How many symbols must have had one. */
  readonly symbols: number
  readonly hedged: boolean
}

/** The journal, and a look at every line on its way into it. `nowMs` is the clock its lines are stamped by. */
export function watchTrades(
  journal: Journal,
  { last, nowMs, onOver }: { readonly last: LastTrade; readonly nowMs: () => number; onOver(): void },
): Journal {
  const begun = new Map<string, string>()
  const hedged = new Set<string>()
  const done = new Set<string>()
  const see = (type: EventType, data: EventData[EventType]): void => {
    if (type === 'trade.planned') {
      const { tradeId, symbol } = data as EventData['trade.planned']
      if (nowMs() >= last.fromMs) begun.set(tradeId, symbol)
    } else if (type === 'trade.hedged') hedged.add((data as EventData['trade.hedged']).tradeId)
    else if (type === 'trade.flat') {
      const { tradeId } = data as EventData['trade.flat']
      const symbol = begun.get(tradeId)
      if (symbol === undefined || (last.hedged && !hedged.has(tradeId)) || done.size >= last.symbols) return
      done.add(symbol)
      if (done.size === last.symbols) onOver()
    }
  }
  return {
    append: (type, data) => {
      journal.append(type, data)
      see(type, data)
    },
    flush: () => journal.flush(),
    close: () => journal.close(),
    [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
  }
}
