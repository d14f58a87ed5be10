/**
 * Somebody else in the account: opens in our symbols while no process of ours runs, and finds it there afterwards.
 */
import { positionIdxOf, sideOf } from '../domain/order.ts'
import { known } from '../execution/reconcile.ts'
import type { Run } from '../journal/run.ts'
import { createRest } from '../venue/rest.ts'
import type { Stage, Stranger } from './stage.ts'

const END_MAX_MS = 120_000

/** A market order of another client of the same account. */
export async function openAsStranger({ clock, config, calmTransport }: Stage, stranger: Stranger): Promise<void> {
  const { symbol, leg, lots } = stranger
  const rest = createRest({
    ...config,
    baseUrl: config.restUrl,
    clock,
    transport: calmTransport(),
    readTimeoutMs: config.orderTimeoutMs,
  })
  const trading = (async () => {
    known(await rest.syncClock(), "the venue's clock")
    rest.useInstruments(known(await rest.loadInstruments([symbol]), 'instruments'))
    known(await rest.ensureHedgeMode(symbol), 'hedge mode')
    const terms = { priceTicks: null, timeInForce: 'ioc', reduceOnly: false, closeAll: false } as const
    return await rest.submit({ ...terms, clientId: 'stranger', symbol, leg, side: sideOf(leg, false), lots }).reply
  })()
  known(await clock.passUntil(trading, END_MAX_MS), "the stranger's order")
  await rest.close()
}

/** What is wrong with what the venue holds after the last run: it is to be flat, to the lot, but for all of a stranger's. */
export function leftAtVenue(last: Run, stranger: Stranger | undefined): string[] {
  const { positions = [], orders = [] } = last.truth?.data ?? {}
  const open = orders.filter(({ status }) => status === 'New' || status === 'PartiallyFilled')
  const theirs =
    stranger === undefined ? [] : [`${stranger.lots} of ${stranger.symbol} #${positionIdxOf(stranger.leg)}`]
  const there = positions.map(({ symbol, idx, lots }) => `${lots} of ${symbol} #${idx}`)
  return [
    ...there.filter((text) => !theirs.includes(text)).map((text) => `${text} are left`),
    ...theirs.filter((text) => !there.includes(text)).map((text) => `${text} are a stranger's and gone`),
    ...open.map(({ clientId }) => `${clientId} is still open`),
  ]
}
