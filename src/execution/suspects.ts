/**
 * Ids that the venue called duplicates: what it shows under them is trusted only once a row says it is what was sent.
 *
 *   duplicate ─► suspected ─► fills heard are held ─► a row of ours: they count │ a stranger's: they never did
 */
import type { VenueExecutionRow } from '../domain/rows.ts'

/** How a fill reached us. */
export type From = 'stream' | 'query' | 'reconcile'

interface Heard {
  readonly row: VenueExecutionRow
  readonly from: From
}

export class Suspects {
  readonly #heard = new Map<string, Heard[]>()

  add(clientId: string): void {
    this.#heard.set(clientId, this.#heard.get(clientId) ?? [])
  }

  has(clientId: string): boolean {
    return this.#heard.has(clientId)
  }

  /** Keeps what was heard of a suspected id; false when it is not suspected. An order's lots bound how many fills it has. */
  hold(row: VenueExecutionRow, from: From): boolean {
    const heard = this.#heard.get(row.clientId)
    if (heard === undefined) return false
    if (!heard.some((known) => known.row.execId === row.execId)) heard.push({ row, from })
    return true
  }

  /** It is ours after all: what was held until now. */
  acquit(clientId: string): readonly Heard[] {
    const heard = this.#heard.get(clientId) ?? []
    this.#heard.delete(clientId)
    return heard
  }
}
