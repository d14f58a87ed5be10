/**
 * The venue's own journal: what happened in its books, whoever traded there, for a verdict from the venue's side alone.
 *
 *   shell ─► request ─► core ─► reply ─► refused? ──────────────────┐
 *                         └───► private rows ─► ended, executed ────┴─► lines
 *
 * Rows are taken as the core makes them, before any stream delay. Kept in memory: open orders and positions, nothing else.
 */

import type { Instrument } from '../domain/instrument.ts'
import type { PositionRow, VenueOrderRow } from '../domain/rows.ts'
import { formatSteps } from '../domain/steps.ts'
import { type Journal, openJournal } from '../journal/append.ts'
import type { EventData } from '../journal/events.ts'
import type { Clock } from '../seams/clock.ts'
import { type Decoded, type InstrumentIndex, indexInstruments, isRefusal } from '../venue/decode-fields.ts'
import { decodeExecution, decodeInstrument, decodeOrder, decodePosition } from '../venue/decode-rows.ts'
import type { CoreReply, CoreRequest, ExchangeCore, Push } from './core/types.ts'

export interface VenueJournalOptions {
  readonly path: string
  readonly clock: Clock
  readonly seed: string
  readonly plannedFaults: readonly string[]
}

export interface VenueJournal {
  /** The same core, watched. Call once. */
  watch(core: ExchangeCore): ExchangeCore
  /** Writes how it ended and closes the file. */
  close(reason: string): void
}

type PrivatePush = Extract<Push, { kind: 'private' }>

const ENDED: ReadonlySet<string> = new Set([
  'Filled',
  'Cancelled',
  'Rejected',
  'Deactivated',
  'PartiallyFilledCanceled',
])

/** Opens the journal for appending. Throws when the file cannot be opened. */
export function openVenueJournal({ path, clock, seed, plannedFaults }: VenueJournalOptions): VenueJournal {
  const journal = openJournal({ path, by: 'venue', clock })
  let watched: { readonly core: ExchangeCore; readonly books: Books } | null = null
  return {
    watch(core) {
      const instruments = instrumentsOf(core, clock.wallMs())
      const books = createBooks(journal, indexInstruments(instruments))
      watched = { core, books }
      const accounts = [...new Set([...core.accounts.values()].map(({ accountId }) => accountId))]
      const clocks = { atUs: Math.round(clock.nowUs()), venueMs: clock.wallMs() }
      const journaled = instruments.map(journaledInstrument)
      journal.append('venue.started', { seed, accounts, instruments: journaled, clock: clocks, plannedFaults })
      return {
        ...core,
        handle(request, nowMs) {
          const handled = core.handle(request, nowMs)
          noteRefusal(journal, request, handled.reply, nowMs)
          return { reply: handled.reply, pushes: books.noted(handled.pushes) }
        },
        advance: (nowMs) => books.noted(core.advance(nowMs)),
        control: (change, nowMs) => books.noted(core.control(change, nowMs)),
      }
    },
    close(reason) {
      // A venue that never listened has nothing to tell, and its file stays empty.
      if (watched !== null) {
        for (const open of watched.books.openOrders()) journal.append('venue.order', open)
        const positions = [...watched.books.positions()]
        const venueCounters = watched.core.counters()
        journal.append('venue.finished', { reason, venueMs: clock.wallMs(), positions, venueCounters })
      }
      journal.close()
    },
  }
}

/** What is kept in memory, and what is written as it ends. */
interface Books {
  /** Takes note of the private rows among pushes. Returns the same pushes. */
  noted(pushes: readonly Push[]): readonly Push[]
  openOrders(): Iterable<EventData['venue.order']>
  positions(): Iterable<EventData['venue.finished']['positions'][number]>
}

function createBooks(journal: Journal, index: InstrumentIndex): Books {
  const open = new Map<string, EventData['venue.order']>()
  const positions = new Map<string, EventData['venue.finished']['positions'][number]>()

  return { noted, openOrders: () => open.values(), positions: () => positions.values() }

  function noted(pushes: readonly Push[]): readonly Push[] {
    for (const push of pushes) if (push.kind === 'private') note(push)
    return pushes
  }

  function note({ accountId, topic, rows }: PrivatePush): void {
    if (topic === 'order') for (const row of rows) noteOrder(accountId, decoded(decodeOrder(row, index)))
    if (topic === 'position') for (const row of rows) notePosition(accountId, decoded(decodePosition(row, index)))
    if (topic !== 'execution') return
    for (const row of rows) {
      const execution = decoded(decodeExecution(row, index))
      if (execution !== null) journal.append('venue.execution', { accountId, execution })
    }
  }

  /** The venue's own rows are read by the client's decoders. One they refuse is a hole in the books, and said so. */
  function decoded<T>(row: Decoded<T> | null): T | null {
    if (row === null || !isRefusal(row)) return row
    journal.append('run.warned', { message: `a row of the venue could not be read: ${row.why}` })
    return null
  }

  function noteOrder(accountId: string, order: VenueOrderRow | null): void {
    if (order === null) return
    if (!ENDED.has(order.status)) open.set(order.venueOrderId, { accountId, order })
    else {
      open.delete(order.venueOrderId)
      journal.append('venue.order', { accountId, order })
    }
  }

  function notePosition(accountId: string, position: PositionRow | null): void {
    if (position === null) return
    const key = `${accountId} ${position.symbol} ${position.idx}`
    if (position.lots === 0) positions.delete(key)
    else positions.set(key, { accountId, position })
  }
}

function noteRefusal(journal: Journal, asked: CoreRequest, { retCode }: CoreReply, venueMs: number): void {
  const { accountId, path, params } = asked
  if (retCode === 0 || accountId === null) return
  const text = (name: string): string | null => (typeof params[name] === 'string' ? params[name] : null)
  const about = { symbol: text('symbol'), clientId: text('orderLinkId') }
  journal.append('venue.refused', { accountId, path, retCode, ...about, venueMs })
}

function instrumentsOf(core: ExchangeCore, nowMs: number): readonly Instrument[] {
  const params = { category: 'linear', limit: '1000' }
  const path = '/v5/market/instruments-info'
  const { reply } = core.handle({ accountId: null, method: 'GET', path, params }, nowMs)
  const { list } = reply.result as { readonly list: readonly unknown[] }
  return list.map((row) => {
    const instrument = decodeInstrument(row)
    if (isRefusal(instrument)) throw new Error(instrument.why)
    return instrument
  })
}

function journaledInstrument(instrument: Instrument): EventData['venue.started']['instruments'][number] {
  const { symbol, tick, lot, minLots, minNotionalUsd } = instrument
  return { symbol, tick: formatSteps(1, tick), lot: formatSteps(1, lot), minLots, minNotionalUsd }
}
