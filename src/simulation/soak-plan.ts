/**
 * What goes wrong in a soak, hour after hour.
 *
 *   minute  4 private socket reset    20, 22 lost replies          34 venue restart, all its sockets cut
 *           8 public socket reset     24 a leg refused             40 wall clock 1.5 s ahead, 42 and 0.7 s behind
 *          12 private stream silent   28, 30 rate limits           45 address ban, in every eighth hour
 *          16 public stream silent    32 fills withheld            56 a late reply
 */
import type { Fault } from '../faults/plan-types.ts'
import type { Schedule } from './stage.ts'

export interface SoakPlan {
  readonly faults: readonly Fault[]
  readonly changes: NonNullable<Schedule['changes']>
  /** From each moment on the run's wall clock is so far ahead of the venue's. */
  readonly clockSteps: readonly { readonly atMs: number; readonly aheadMs: number }[]
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Something of every kind happens within so long of its minute; a trade is opened every ten seconds or so. */
const WITHIN_MS = 90_000
const BAN_EVERY_HOURS = 8
/** A venue that restarts answers nobody for so long. */
const RESTART_MS = 1_000

/** Everything that is planned for so many hours. */
export function soakPlan(hours: number): SoakPlan {
  const each = Array.from({ length: Math.ceil(hours) }, (_, hour) => hour)
  return {
    faults: each.flatMap((hour) => faultsOf(hour)).filter(({ windowMs }) => windowMs!.to <= hours * HOUR_MS),
    changes: each.map((hour) => ({ atMs: momentMs(hour, 34), change: { do: 'restart' } })),
    clockSteps: each.flatMap((hour) => [
      { atMs: momentMs(hour, 40), aheadMs: 1_500 },
      { atMs: momentMs(hour, 42), aheadMs: -700 },
    ]),
  }
}

function momentMs(hour: number, minute: number): number {
  return hour * HOUR_MS + minute * MINUTE_MS
}

type What = Omit<Fault, 'name' | 'windowMs'>

function faultsOf(hour: number): Fault[] {
  const at = (minute: number, name: string, what: What, lastsMs = WITHIN_MS): Fault => {
    const from = momentMs(hour, minute)
    return { name: `hour ${hour}: ${name}`, windowMs: { from, to: from + lastsMs }, ...what }
  }
  const refuse = { do: 'retCode', code: 110007, message: 'ab not enough for new order' } as const
  const plan = [
    at(4, 'private socket reset', socket('private-stream', 'reset')),
    at(8, 'public socket reset', socket('public-stream', 'reset')),
    at(12, 'private stream silent', socket('private-stream', 'silence')),
    at(16, 'public stream silent', socket('public-stream', 'silence')),
    at(20, 'reply to an entry lost', { ...entry('rest-reply', 'long'), verdict: { do: 'drop' } }),
    at(22, 'reply to an exit lost', { ...exit('rest-reply', 'short'), verdict: { do: 'drop' } }),
    at(24, 'a leg refused', { ...entry('rest-request', 'short'), verdict: refuse }),
    at(28, 'rate limit on an exit', { ...exit('rest-request', 'long'), verdict: { do: 'rate-limit', resetMs: 300 } }),
    at(30, 'rate limit on an entry', {
      ...entry('rest-request', 'long'),
      verdict: { do: 'rate-limit', resetMs: 300 },
    }),
    at(32, 'fills withheld', { party: 'private-stream', op: 'execution', times: 2, verdict: { do: 'drop' } }),
    at(34, 'restart: private socket', socket('private-stream', 'reset'), RESTART_MS),
    at(34, 'restart: public socket', socket('public-stream', 'reset'), RESTART_MS),
    at(34, 'restart: no connection', connect('private-stream'), RESTART_MS),
    at(56, 'reply to an entry late', { ...entry('rest-reply', 'short'), verdict: { do: 'delay', ms: 1_200 } }),
  ]
  return hour % BAN_EVERY_HOURS === 0 ? [...plan, at(45, 'address banned', BAN)] : plan
}

/** Both legs of an entry meet it; the client then keeps silent for ten minutes. */
const BAN: What = {
  party: 'rest-request',
  op: 'create',
  reduceOnly: false,
  times: 2,
  verdict: { do: 'http', status: 403, body: 'access too frequent' },
}

function socket(party: 'private-stream' | 'public-stream', act: 'reset' | 'silence'): What {
  return { party, op: 'socket', verdict: { do: act } }
}

function connect(party: 'private-stream' | 'public-stream'): What {
  return { party, op: 'connect', times: null, verdict: { do: 'http', status: 503 } }
}

function entry(party: 'rest-request' | 'rest-reply', leg: 'long' | 'short') {
  return { party, op: 'create', leg, reduceOnly: false } as const
}

function exit(party: 'rest-request' | 'rest-reply', leg: 'long' | 'short') {
  return { party, op: 'create', leg, reduceOnly: true } as const
}
