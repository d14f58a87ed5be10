/**
 * The venue's own books after a run, in our words: what every promise is judged by.
 */
import type { EventData } from '../journal/events.ts'
import type { Gateway } from '../venue/gateway.ts'
import { known } from './reconcile.ts'

/** Reads positions, orders and executions of the symbols since a venue time. Throws when the venue cannot be read. */
export async function readTruth(
  gateway: Pick<Gateway, 'ordersSince' | 'executionsSince' | 'positions'>,
  symbols: readonly string[],
  sinceVenueMs: number,
): Promise<Omit<EventData['venue.truth'], 'venueCounters'>> {
  const orders = known(await gateway.ordersSince(symbols, sinceVenueMs), 'orders')
  const executions = known(await gateway.executionsSince(symbols, sinceVenueMs), 'executions')
  const positions = known(await gateway.positions(symbols), 'positions')
  return { positions: positions.filter((row) => row.lots > 0), orders, executions }
}
