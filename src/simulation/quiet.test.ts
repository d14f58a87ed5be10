/**
 * When a venue's books are asked: an order that everything holds up on its way has reached its end by then.
 */
import { expect, test } from 'vitest'
import { known } from '../execution/reconcile.ts'
import { readOwnEvents } from '../journal/read.ts'
import { createRest } from '../venue/rest.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { quietMsAfter } from './quiet.ts'
import { openStage, type Schedule } from './stage.ts'
import { fault, plan } from './test-support/failures.ts'
import { schedule } from './test-support/schedules.ts'

const SYMBOL = 'BTCUSDT'
const WELL = { exitCode: 0 }
const { world } = schedule()

/** The last piece of what this buys comes as late as it can: each stop of the way takes its time. */
const SLOW: Schedule = schedule({
  latency: { fromMs: 40, toMs: 40 },
  ...plan(fault('rest-request', 'create', { do: 'delay', ms: 2_000 })),
  world: {
    ...world,
    readLagMs: 250,
    matching: {
      ...world.matching,
      jitterMs: 40,
      delays: [{ symbol: SYMBOL, side: 'buy', delayMs: 700 }],
      partialFills: [
        {
          symbol: SYMBOL,
          side: 'buy',
          fills: [
            { share: 0.5, afterMs: 0 },
            { share: 0.5, afterMs: 1_500 },
          ],
        },
      ],
    },
  },
})

/** What the venue's books show of an order that was sent so long before. */
async function filledLots(of: Schedule, quietMs: number): Promise<number> {
  const stage = openStage(of, () => journal.writer('faults'))
  const { clock, config, transport } = stage
  const journal = createMemoryJournal(clock)
  const rest = createRest({
    ...config,
    baseUrl: config.restUrl,
    clock,
    transport,
    orderRecvWindowMs: 5_000,
    readTimeoutMs: 1_000,
  })
  const ready = async (): Promise<void> => {
    known(await rest.syncClock(), "the venue's clock")
    rest.useInstruments(known(await rest.loadInstruments([SYMBOL]), 'instruments'))
    known(await rest.ensureHedgeMode(SYMBOL), 'hedge mode')
  }
  await clock.passUntil(ready(), 10_000)
  const terms = { priceTicks: 601_000, timeInForce: 'gtc', reduceOnly: false, closeAll: false } as const
  void rest.submit({ ...terms, clientId: 'late', symbol: SYMBOL, leg: 'long', side: 'buy', lots: 10 })
  await clock.pass(quietMs)
  await stage.recordTruth(journal.writer('harness'))
  stage.venue.stop()
  const { truth } = readOwnEvents(journal.events, of.seed)
  return truth?.data.orders.find(({ clientId }) => clientId === 'late')?.filledLots ?? 0
}

test('an order that everything holds up is through when the books are asked, and not much before', async () => {
  const quietMs = quietMsAfter(WELL, SLOW)
  expect(await filledLots(SLOW, quietMs)).toBe(10)
  expect(await filledLots(SLOW, quietMs - 400)).toBe(5)
})

test('a change of the world may be what holds it up, and a process that stands still', () => {
  const calmMs = quietMsAfter(WELL, schedule())
  const delay = { do: 'matchDelay', symbol: SYMBOL, side: 'buy', delayMs: 2_000 } as const
  const pause = fault('process', 'process', { do: 'pause', ms: 700 }, { times: 2 })
  expect(quietMsAfter(WELL, schedule({ changes: [{ atMs: 9, change: delay }] }))).toBe(calmMs + 2_000)
  expect(quietMsAfter(WELL, schedule(plan(pause)))).toBe(calmMs + 1_400)
})

test('what a run left open is watched for as long as its schedule says', () => {
  expect(quietMsAfter({ exitCode: 1 }, schedule({ quietMs: 3_000 }))).toBe(3_000)
  expect(quietMsAfter({ exitCode: 1 }, schedule())).toBe(5_000)
  expect(quietMsAfter(WELL, schedule({ quietMs: 3_000 }))).toBeLessThan(100)
})
