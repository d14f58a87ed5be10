/**
 * The venue's own books, asked of the core that stands beside us: the questions, pages and decoders of a client over HTTP,
 * without the wire, its signatures and its texts.
 *
 *   Reads ─► question ─► core ─► result, as it would have been written into the envelope ─► Reads
 */
import type { CoreReply } from '../exchange/core/types.ts'
import { known } from '../execution/reconcile.ts'
import { loadListings } from '../venue/account.ts'
import type { Called, Caller, Params, Reply } from '../venue/call.ts'
import { indexInstruments, isRecord } from '../venue/decode-fields.ts'
import { ENDPOINTS } from '../venue/endpoints.ts'
import type { Outcome } from '../venue/gateway.ts'
import { createReads, type Reads } from '../venue/reads.ts'
import type { MemoryVenue } from './memory-venue.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface BooksOptions {
  readonly venue: Pick<MemoryVenue, 'ask'>
  readonly clock: VirtualClock
  /** Whose books. */
  readonly accountId: string
  readonly symbols: readonly string[]
}

/** A question is answered at once, whatever a client would wait for it, ms. */
const WAIT_MS = 0
/** Fifty orders a page: the books of a run with some hundred thousand orders. */
const PAGES_MAX = 2_000
/** The account's counter of an endpoint is used up. */
const LIMITED = 10006

/** Rejects when a symbol is not listed. */
export async function openBooks(options: BooksOptions): Promise<Reads> {
  const { clock, symbols } = options
  let instruments = indexInstruments([])
  const reads = createReads({
    caller: callerOf(options),
    clock,
    venueClock: { nowMs: clock.wallMs, adopt: () => undefined },
    readTimeoutMs: WAIT_MS,
    inquiryTimeoutMs: WAIT_MS,
    resync: () => Promise.resolve(),
    pagesMax: PAGES_MAX,
    instruments: () => instruments,
  })
  instruments = indexInstruments(known(await loadListings(reads, symbols), 'instruments'))
  return reads
}

function callerOf({ venue, clock, accountId }: BooksOptions): Caller {
  return (op, params) => {
    const { method, path } = ENDPOINTS[op]
    const venueMs = clock.wallMs()
    const { retCode, retMsg, result, limit } = venue.ask({ accountId, method, path, params: textsOf(params) })
    const outcome: Outcome<Reply> =
      retCode === 0
        ? { kind: 'done', value: { result: isRecord(result) ? result : {}, venueMs } }
        : { kind: 'refused', code: retCode, reason: retMsg, ...(retCode === LIMITED ? waitOf(limit, venueMs) : {}) }
    return { venueTimestampMs: venueMs, called: Promise.resolve<Called>({ outcome, mark: null }) }
  }
}

function waitOf(limit: CoreReply['limit'], venueMs: number): { readonly retryAfterMs: number } {
  return { retryAfterMs: Math.max(1, (limit?.resetMs ?? venueMs) - venueMs) }
}

/** As a query would carry them. */
function textsOf(params: Params): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) texts[name] = String(value)
  }
  return texts
}
