/**
 * A look into the venue's books by somebody who does not trade: the judge of a run, a scenario.
 */
import type { Config } from '../config.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type Clock, systemClock } from '../seams/clock.ts'
import type { RestClient } from '../venue/rest.ts'
import { createRest } from '../venue/rest.ts'
import type { Transport } from '../venue/transport.ts'
import { known } from './reconcile.ts'

export type ReaderConfig = Pick<Config, 'restUrl' | 'apiKey' | 'apiSecret' | 'symbols' | 'ipCallsPer5s'>

export interface Reader extends AsyncDisposable {
  readonly rest: RestClient
  readonly instruments: readonly Instrument[]
}

const TIMEOUT_MS = 5_000
/** Reads are not the run's: they get their own budget, well below the venue's. */
const READS_PER_5_S = 400
/** Fifty orders a page: the books of a run with some hundred thousand orders. */
const PAGES_MAX = 2_000
const REAL: ReaderWorld = { clock: systemClock }

/** Where a reader's time and bytes come from; by default the machine's clock and the network. */
export interface ReaderWorld {
  readonly clock: Clock
  readonly transport?: Transport
}

/** Clock and instruments known, not one order to spend. Throws with what could not be read. */
export async function openReader(config: ReaderConfig, world: ReaderWorld = REAL): Promise<Reader> {
  const { restUrl, apiKey, apiSecret, symbols, ipCallsPer5s } = config
  const rest = createRest({
    baseUrl: restUrl,
    apiKey,
    apiSecret,
    ...world,
    orderRecvWindowMs: TIMEOUT_MS,
    orderTimeoutMs: TIMEOUT_MS,
    readTimeoutMs: TIMEOUT_MS,
    createsPerSecond: 0,
    ipCallsPer5s: Math.max(READS_PER_5_S, ipCallsPer5s),
    pagesMax: PAGES_MAX,
  })
  const close = (): Promise<void> => rest.close()
  try {
    known(await rest.syncClock(), "the venue's clock")
    const instruments = known(await rest.loadListings(symbols), 'instruments')
    rest.useInstruments(instruments)
    return { rest, instruments, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}
