/**
 * Schedules that kill the process at telling moments: what mutants of the recovery are put to.
 *
 *   a trade in some trouble ─► its calls ─► ☠ before, within or after the one that tells ─► recovery ─► ☠ there too, or not
 */
import { shippedWorld } from '../../exchange/test-support/worlds.ts'
import type { Fault } from '../../faults/plan-types.ts'
import { playCrash } from '../crash.ts'
import type { CrashPoint, SeamCall } from '../mortal.ts'
import type { Kill, Schedule } from '../stage.ts'
import { CRASH_BASES } from '../test-support/crash-bases.ts'
import { fault, plan } from '../test-support/failures.ts'
import { CLOSING_REFUSED, schedule } from '../test-support/schedules.ts'
import type { Trial } from './trial.ts'

/** A schedule that goes on after its kill until the world has healed, if it ever was ill, ms after the start. */
type Healing = Schedule & { readonly healsAtMs?: number }

const CALM = CRASH_BASES['a calm trade']!
const RESTARTS_MS = [5, 900]

export async function killedTrials(): Promise<Trial[]> {
  const each = [
    ...Object.entries(CRASH_BASES).map(([name, base]) => atEveryStep(name, base)),
    inTheRecovery('a calm trade', CALM),
    inTheRecovery('one leg times out', CRASH_BASES['one leg times out']!),
    beside(),
    ...askedInVain().map(([name, base]) => hedged(name, base)),
    unclosed(),
  ]
  return (await Promise.all(each)).flat()
}

function trial(name: string, base: Healing, ...kills: Kill[]): Trial {
  return { name: `killed: ${name}`, schedule: { ...base, kills } }
}

/** Calls of the life after these kills. */
async function callsOf(base: Schedule, ...kills: Kill[]): Promise<readonly SeamCall[]> {
  const restartMs = kills.at(-1)?.restartMs ?? 0
  const { calls } = await playCrash({ schedule: base, kills, restartMs, afterMs: 500 })
  return calls[kills.length]!
}

/** The n-th of the calls that send something to be created, from 1 on; null when there are fewer. */
function createOf(calls: readonly SeamCall[], place: number): number | null {
  const creates = calls.flatMap(({ what }, index) => (what.endsWith('/order/create') ? [index + 1] : []))
  return creates[place - 1] ?? null
}

/** The moments of a trade that tell: what was meant and not sent, one leg alone, both, the third order, half a line. */
function momentsOf(calls: readonly SeamCall[]): (readonly [string, CrashPoint])[] {
  const [first, second, third] = [1, 2, 3].map((place) => createOf(calls, place))
  const torn = calls.findIndex(({ isWrite }, index) => isWrite && index + 1 > (second ?? 0)) + 1
  const points: (readonly [string, number | null | undefined, CrashPoint['moment']])[] = [
    ['meant, not sent', first, 'before'],
    ['one leg sent', first, 'after'],
    ['both legs sent', second, 'after'],
    ['half a line written', torn, 'within'],
    ['a third order meant', third, 'before'],
    ['a third order sent', third, 'after'],
  ]
  return points.flatMap(([name, call, moment]) =>
    call == null || call === 0 ? [] : [[name, { call, moment }] as const],
  )
}

async function atEveryStep(name: string, base: Schedule): Promise<Trial[]> {
  const moments = momentsOf(await callsOf(base))
  return RESTARTS_MS.flatMap((restartMs) =>
    moments.map(([moment, point]) =>
      trial(`${name}, ${moment}, again after ${restartMs} ms`, base, { ...point, restartMs }),
    ),
  )
}

/** With both legs on the wire, and before they are known to have filled. */
async function asLegsFill(base: Schedule, more: Partial<Kill> = {}): Promise<Kill> {
  const call = createOf(await callsOf(base), 2)!
  return { call, moment: 'after', restartMs: 5, ...more }
}

/** Killed a second time, where the recovery closes. */
async function inTheRecovery(name: string, base: Schedule): Promise<Trial[]> {
  const first = await asLegsFill(base)
  const calls = await callsOf(base, first)
  const closing = createOf(calls, 1)!
  const points: (readonly [string, CrashPoint])[] = [
    ['its recovery has begun', { call: 3, moment: 'before' }],
    ['its recovery asks', { call: Math.trunc(closing / 2), moment: 'after' }],
    ['its recovery is to close', { call: closing, moment: 'before' }],
    ['its recovery closes', { call: closing, moment: 'after' }],
    ['its recovery has closed', { call: closing + 4, moment: 'after' }],
  ]
  return RESTARTS_MS.flatMap((restartMs) =>
    points.map(([moment, point]) =>
      trial(`${name}, then ${moment}, again after ${restartMs} ms`, base, first, { ...point, restartMs }),
    ),
  )
}

const TWO = { SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT' }

/** Somebody else comes into the same symbol, and another symbol is there to be traded. */
async function beside(): Promise<Trial[]> {
  const base = { ...CALM, config: schedule({}, { ...TWO, MAX_HOLD_MS: '150' }).config }
  const kill = await asLegsFill(base)
  return (['long', 'short'] as const).map((leg) =>
    trial(`beside a stranger's ${leg}`, base, { ...kill, stranger: { symbol: 'BTCUSDT', leg, lots: 3 } }),
  )
}

async function hedged(name: string, base: Schedule): Promise<Trial[]> {
  return [
    trial(name, base, await asLegsFill(base)),
    trial(`${name}, later`, base, await asLegsFill(base, { restartMs: 900 })),
  ]
}

/** Books that lag, and questions that nobody answers at first. */
function askedInVain(): (readonly [string, Schedule])[] {
  const ASKED = ['realtime', 'history', 'executions'] as const
  const late = { afterCreates: 2 } as const
  const shut = ASKED.map((op) => fault('rest-request', op, { do: 'http', status: 503 }, { ...late, times: 30 }))
  const slow = ASKED.map((op) => fault('rest-reply', op, { do: 'delay', ms: 600 }, { ...late, times: 2 }))
  const halves = fault('rest-request', 'create', { do: 'delay', ms: 900 }, { leg: 'short', reduceOnly: false })
  const lagging = { ...CALM, world: { ...shippedWorld('calm'), readLagMs: 240 } }
  return [
    ['books that lag', lagging],
    ['questions refused at first', { ...CALM, ...plan(...shut) }],
    ['questions answered late', { ...CALM, ...plan(...slow) }],
    ['a leg that arrives after the start', { ...CALM, ...plan(halves) }],
    ['a leg that arrives late in books that lag', { ...lagging, ...plan(halves) }],
  ]
}

/** The recovery cannot close what is there: never, or not at once; and it is stopped while it tries, or not. */
async function unclosed(): Promise<Trial[]> {
  const two = { ...CALM, config: schedule({}, { ...TWO, MAX_HOLD_MS: '150' }).config }
  const stubborn = plan({ ...CLOSING_REFUSED, symbol: 'BTCUSDT' } as Fault)
  const ill: Healing = { ...two, ...plan({ ...CLOSING_REFUSED, times: 8 }), healsAtMs: 60_000, tradeMs: 20_000 }
  const half = { ...ill, ...plan({ ...CLOSING_REFUSED, leg: 'short', times: 4 }) }
  const forOne = { ...two, ...stubborn, tradeMs: 20_000 }
  const hasty = { ...CALM, ...stubborn, tradeMs: 100 }
  return [
    trial('closing refused in one symbol of two', forOne, await asLegsFill(forOne)),
    trial('closing refused, and stopped meanwhile', hasty, await asLegsFill(hasty)),
    trial('closing refused at first, started again', ill, await asLegsFill(ill)),
    trial('closing refused of one leg at first, started again', half, await asLegsFill(half)),
  ]
}
