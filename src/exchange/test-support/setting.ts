/**
 * The shell around a core of a few lines, on a clock that stands still: what the tests of its sides stand on.
 */
import { type RunningExchange, type ServeOptions, serveCore } from '../shell.ts'
import { type ManualClock, manualClock } from './clients.ts'
import { createFakeCore, type FakeCore } from './fake-core.ts'

/** When the clock stands still, wall ms. */
export const NOW_MS = 1767225600000

export interface Setting extends AsyncDisposable {
  readonly core: FakeCore
  readonly clock: ManualClock
  readonly exchange: RunningExchange
  /** Where orders are sent over REST. */
  readonly create: string
}

export async function setUp(options: ServeOptions = {}): Promise<Setting> {
  const core = createFakeCore()
  const clock = manualClock(NOW_MS)
  const exchange = await serveCore(core, { clock, ...options })
  return { core, clock, exchange, create: `${exchange.restUrl}/v5/order/create`, [Symbol.asyncDispose]: exchange.close }
}
