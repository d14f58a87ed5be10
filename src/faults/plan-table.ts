/**
 * What a fault may be put together from: which operations a party has, what each can be made to suffer, which filters
 * can match it, and where it can be mounted. `plan.ts` refuses the rest, since a fault that never fires makes a run void.
 */
import type { Fault, FaultOp, FaultParty, FaultVerdict } from './plan-types.ts'

type Do = FaultVerdict['do']

/** Where a plan is applied: in the process of the client that is disturbed, or at the venue's own door. */
export type Mount = 'process' | 'venue'

const BATCHES: readonly FaultOp[] = ['create-batch', 'amend-batch', 'cancel-batch']
const IN_BATCH: readonly FaultOp[] = ['create-in-batch', 'amend-in-batch', 'cancel-in-batch']
/** What both REST and the trade socket do with orders. */
const ORDER_OPS: readonly FaultOp[] = ['create', 'amend', 'cancel', ...BATCHES, ...IN_BATCH, 'any']
const REST_OPS: readonly FaultOp[] = [
  ...ORDER_OPS,
  'cancel-all',
  'realtime',
  'history',
  'executions',
  'positions',
  'wallet',
  'transactions',
  'time',
]
const FRAME_OPS: readonly FaultOp[] = ['pong', 'ack', 'any-frame']

export const OPS_OF: Readonly<Record<FaultParty, readonly FaultOp[]>> = {
  'rest-request': REST_OPS,
  'rest-reply': REST_OPS,
  'public-stream': ['connect', 'socket', 'orderbook', 'tickers', ...FRAME_OPS],
  'private-stream': ['connect', 'socket', 'order', 'execution', 'position', 'wallet', ...FRAME_OPS],
  'trade-request': ORDER_OPS,
  'trade-reply': ORDER_OPS,
  'trade-stream': ['connect', 'socket', ...FRAME_OPS],
  process: ['process'],
  clock: ['clock'],
}
export const ALL_PARTIES = Object.keys(OPS_OF) as [FaultParty, ...FaultParty[]]
export const ALL_OPS = [...new Set(Object.values(OPS_OF).flat())] as [FaultOp, ...FaultOp[]]

const WIRES: readonly FaultParty[] = ['rest-request', 'rest-reply', 'public-stream', 'private-stream']

/** The parties a mount can disturb. */
export const PARTIES_AT: Readonly<Record<Mount, readonly FaultParty[]>> = {
  process: [...WIRES, 'process', 'clock'],
  venue: [...WIRES, 'trade-request', 'trade-reply', 'trade-stream'],
}

export const ALL_VERDICTS: readonly Do[] = [
  'delay',
  'drop',
  'reset',
  'close',
  'silence',
  'duplicate',
  'reorder',
  'http',
  'retCode',
  'rate-limit',
  'replace',
  'slow-drip',
  'malformed',
  'reprice',
  'shrink',
  'kill',
  'pause',
  'skew',
]
const ON_BOTH: readonly Do[] = ['delay', 'drop', 'reset', 'duplicate', 'http', 'retCode', 'replace', 'malformed']
const ON_REPLY: readonly Do[] = [...ON_BOTH, 'slow-drip']
const ON_REQUEST: readonly Do[] = [...ON_BOTH, 'rate-limit']
const ON_TRADE: readonly Do[] = ON_BOTH.filter((verdict) => verdict !== 'http')
const REWRITING: readonly Do[] = ['reprice', 'shrink']
const ON_CONNECT: readonly Do[] = ['delay', 'drop', 'reset', 'http']
const ON_SOCKET: readonly Do[] = ['close', 'reset', 'silence']
const ON_FRAME: readonly Do[] = ['delay', 'drop', 'duplicate', 'reorder', 'replace', 'malformed']

/** An order of a batch, which `any` request is not. */
export function isInBatch(op: string): boolean {
  return (IN_BATCH as readonly string[]).includes(op)
}

/** What may be done to an operation of a party. */
export function verdictsFor(party: FaultParty, op: FaultOp): readonly Do[] {
  const rewriting = op === 'create' || op === 'create-in-batch' ? REWRITING : []
  const isRequest = party === 'rest-request' || party === 'trade-request'
  if (IN_BATCH.includes(op)) return isRequest ? ['retCode', ...rewriting] : ['retCode']
  if (party === 'rest-request') return [...ON_REQUEST, ...rewriting]
  if (party === 'rest-reply') return ON_REPLY
  if (party === 'trade-request') return [...ON_TRADE, 'rate-limit', ...rewriting]
  if (party === 'trade-reply') return ON_TRADE
  if (party === 'process') return ['kill', 'pause']
  if (party === 'clock') return ['skew']
  if (op === 'connect') return ON_CONNECT
  return op === 'socket' ? ON_SOCKET : ON_FRAME
}

/** Operations about one order, so that its leg, side or reduce-only can be told (by the wire, or by one of its ids). */
const ABOUT_ORDERS: readonly FaultOp[] = [
  ...IN_BATCH,
  'create',
  'amend',
  'cancel',
  'realtime',
  'history',
  'executions',
  'any',
  'order',
  'execution',
  'position',
  'any-frame',
]
/** Operations about no symbol in particular. Of a batch each order has its own. */
const WITHOUT_SYMBOL: readonly FaultOp[] = [
  ...BATCHES,
  'time',
  'connect',
  'socket',
  'pong',
  'ack',
  'wallet',
  'transactions',
  'process',
  'clock',
]

/** The filters that can never match an operation of a party. */
export function filtersWithout(party: FaultParty, op: FaultOp): readonly (keyof Fault)[] {
  const isOfOrder = party !== 'public-stream' && party !== 'trade-stream' && ABOUT_ORDERS.includes(op)
  const refused: readonly [keyof Fault, boolean][] = [
    ['symbol', WITHOUT_SYMBOL.includes(op) || party === 'trade-stream'],
    ['leg', !isOfOrder],
    ['side', !isOfOrder || op === 'position'],
    ['reduceOnly', !isOfOrder],
    ['afterCreates', party === 'public-stream'],
    ['socketAgeMs', op !== 'socket'],
  ]
  return refused.flatMap(([name, isRefused]) => (isRefused ? [name] : []))
}
