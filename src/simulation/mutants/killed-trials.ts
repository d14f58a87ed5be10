/**
 * Schedules that kill the process at telling moments: what mutants of the recovery are put to.
 *
 *   a trade in some trouble ─► its calls ─► ☠ before, within or after the one that tells ─► recovery ─► ☠ there too, or not
 */
import { shippedWorld } from '../../exchange/test-support/worlds.ts'
import type { Fault } from '../../faults/plan-types.ts'
import { playCrash } from '../crash.ts'
import type { CrashPoint } from '../mortal.ts'
import type { Kill, Schedule } from '../stage.ts'
import { CRASH_BASES } from '../test-support/crash-bases.ts'
import { fault, plan } from '../test-support/failures.ts'
import { CLOSING_REFUSED, schedule } from '../test-support/schedules.ts'
import type { Trial } from './trial.ts'

/** A schedule that goes on after its kill until the world has healed, if it ever was ill, ms after the start. */
type Healing = Schedule & { readonly healsAtMs?: number }

const CALM = CRASH_BASES['a calm trade']!
const RESTARTS_MS = [5, 900]
/** Both legs are taken back unfilled: there is no third order. */
const NO_THIRD = 'both legs rest'

export async function killedTrials(): Promise<Trial[]> {
  const steps = Object.entries(CRASH_BASES).map(([name, base]) => atEveryStep(name, base))
  return [
    ...(await Promise.all(steps)).flat(),
    ...inTheRecovery('a calm trade', CALM),
    ...inTheRecovery('one leg times out', CRASH_BASES['one leg times out']!),
    ...besideStrangers(),
    ...askedInVain().flatMap(sentAndKilled),
    ...unclosed(),
  ]
}

function trial(name: string, base: Healing, ...kills: Kill[]): Trial {
  return { name: `killed: ${name}`, schedule: { ...base, kills } }
}

const CREATE = '/order/create'

/** The process has meant its n-th order, and sends it or does not. */
function create(call: number, moment: CrashPoint['moment'], restartMs: number): Kill {
  return { of: CREATE, call, moment, restartMs }
}

/** With both legs on the wire, and before they are known to have filled. */
const AS_LEGS_FILL = create(2, 'after', 5)

/** In the middle of the first write after both legs were sent: their intents are on record. */
async function tornPoint(schedule: Schedule): Promise<CrashPoint> {
  const { calls } = await playCrash({ schedule, kills: [], restartMs: 0, afterMs: 500 })
  const [made] = calls
  const sent = made!.flatMap(({ what }, index) => (what.endsWith(CREATE) ? [index] : []))[1]!
  const written = made!.slice(0, sent).filter(({ isWrite }) => isWrite).length
  return { of: 'write', call: written + 1, moment: 'within' }
}

/** Meant and not sent, one leg alone, both, half a line, and the third order: a retry, a hedge, an unwind or an exit. */
async function atEveryStep(name: string, base: Schedule): Promise<Trial[]> {
  const torn = await tornPoint(base)
  const hasThird = name !== NO_THIRD
  return RESTARTS_MS.flatMap((restartMs) => {
    const moments: [string, Kill][] = [
      ['meant, not sent', create(1, 'before', restartMs)],
      ['one leg sent', create(1, 'after', restartMs)],
      ['both legs sent', create(2, 'after', restartMs)],
      ['half a line written', { ...torn, restartMs }],
    ]
    if (hasThird) {
      moments.push(['a third order meant', create(3, 'before', restartMs)])
      moments.push(['a third order sent', create(3, 'after', restartMs)])
    }
    return moments.map(([moment, kill]) => trial(`${name}, ${moment}, again after ${restartMs} ms`, base, kill))
  })
}

/** Killed a second time, where the recovery asks and closes. */
function inTheRecovery(name: string, base: Schedule): Trial[] {
  return RESTARTS_MS.flatMap((restartMs) => {
    const moments: [string, Kill][] = [
      ['its recovery is to begin', { of: 'append run.started', call: 1, moment: 'after', restartMs }],
      ['its recovery asks', { of: '/order/realtime', call: 2, moment: 'after', restartMs }],
      ['its recovery is to close', create(1, 'before', restartMs)],
      ['its recovery closes', create(1, 'after', restartMs)],
      ['its recovery has closed', { of: 'append recovered', call: 1, moment: 'before', restartMs }],
    ]
    return moments.map(([moment, kill]) =>
      trial(`${name}, then ${moment}, again after ${restartMs} ms`, base, AS_LEGS_FILL, kill),
    )
  })
}

const TWO = { SYMBOLS_TO_TRADE: 'BTCUSDT,ETHUSDT' }

/** Somebody else comes into the same symbol, and another symbol is there to be traded. */
function besideStrangers(): Trial[] {
  const base = { ...CALM, config: schedule({}, { ...TWO, MAX_HOLD_MS: '150' }).config }
  return (['long', 'short'] as const).map((leg) =>
    trial(`beside a stranger's ${leg}`, base, { ...AS_LEGS_FILL, stranger: { symbol: 'BTCUSDT', leg, lots: 3 } }),
  )
}

function sentAndKilled([name, base]: readonly [string, Schedule]): Trial[] {
  return [trial(name, base, AS_LEGS_FILL), trial(`${name}, later`, base, create(2, 'after', 900))]
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
function unclosed(): Trial[] {
  const two = { ...CALM, config: schedule({}, { ...TWO, MAX_HOLD_MS: '150' }).config }
  const stubborn = plan({ ...CLOSING_REFUSED, symbol: 'BTCUSDT' } as Fault)
  const ill: Healing = { ...two, ...plan({ ...CLOSING_REFUSED, times: 8 }), healsAtMs: 60_000, tradeMs: 20_000 }
  const half = { ...ill, ...plan({ ...CLOSING_REFUSED, leg: 'short', times: 5 }) }
  const forOne = { ...two, ...stubborn, tradeMs: 20_000 }
  const hasty = { ...CALM, ...stubborn, tradeMs: 100 }
  return [
    trial('closing refused in one symbol of two', forOne, AS_LEGS_FILL),
    trial('closing refused, and stopped meanwhile', hasty, AS_LEGS_FILL),
    trial('closing refused at first, started again', ill, AS_LEGS_FILL),
    trial('closing refused of one leg at first, started again', half, AS_LEGS_FILL),
  ]
}
