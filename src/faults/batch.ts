/**
 * Faults of single orders of a batch: each is judged as if it had been sent alone.
 *
 *   request [a, b, c] ─► b is told a retCode, c is changed ─► [a, c'] ─► venue ─► [A, C'] ─► [A, told, C'] ─► client
 *
 * The answer's lists keep the order of the request. Source of their shape: Bybit v5 batch-place, batch-cancel.
 */
import { factsOfOrder, factsOfRecord, isRecord, parsedOrNull } from './facts.ts'
import type { FaultFacts, FaultGate, JudgedOp } from './gate.ts'
import type { FaultOp, FaultVerdict } from './plan-types.ts'
import { isRewriting, rewriteOrder } from './rewrite.ts'

type Row = Readonly<Record<string, unknown>>
type Told = Extract<FaultVerdict, { readonly do: 'retCode' }>

/** What one order of a batch is called in a plan, by what the batch is. */
const IN_BATCH: Partial<Record<JudgedOp, FaultOp>> = {
  'create-batch': 'create-in-batch',
  'amend-batch': 'amend-in-batch',
  'cancel-batch': 'cancel-in-batch',
}

/** Whether the plan can still touch a request of this operation or its reply, as a whole or in one order of a batch. */
export function mayDisturb(gate: FaultGate, wire: 'rest' | 'trade', op: JudgedOp, nowUs: number): boolean {
  const inBatch = IN_BATCH[op]
  const ops = inBatch === undefined ? [op] : [op, inBatch]
  return gate.wants(`${wire}-request`, ops, nowUs) || gate.wants(`${wire}-reply`, ops, nowUs)
}

/** Whether an answer has ids of the venue in it that the plan asks for. */
export function teachesIds({ asksVenueIds }: FaultGate, op: JudgedOp): boolean {
  return asksVenueIds && (op === 'create' || op === 'create-batch')
}

/** The facts of every order that a request creates, none for other requests. */
export function createsIn(op: JudgedOp, bodyText: string): readonly FaultFacts[] {
  if (op === 'create') return [factsOfOrder(op, objectOf(bodyText))]
  return op === 'create-batch' ? ordersOf(objectOf(bodyText)).map((order) => factsOfOrder('create', order)) : []
}

/** Has the gate know which orders the venue means by ids of its own: those of a create's answer, in the order of the request. */
export function rememberIds(gate: FaultGate, op: JudgedOp, bodyText: string, answerText: string): void {
  if (!teachesIds(gate, op)) return
  const { result, data } = objectOf(answerText)
  const rows = op === 'create' ? [result ?? data] : listIn(result ?? data)
  for (const [place, facts] of createsIn(op, bodyText).entries()) {
    const { venueOrderId } = factsOfRecord(rows[place])
    if (venueOrderId !== null) gate.createTaken(facts, venueOrderId)
  }
}

export interface DisturbedBatch {
  /** What goes to the venue; null when no order of it is left. */
  readonly bodyText: string | null
  /** The venue's answer, or one that says OK of nothing, as the client is told it. */
  told(answerText: string): string
}

type Judge = (way: 'request' | 'reply', op: FaultOp, facts: FaultFacts) => FaultVerdict | undefined

/** Judges a batch order by order; null when it is none, or nothing is planned for any of its orders. */
export function disturbBatch(op: JudgedOp, bodyText: string, judge: Judge): DisturbedBatch | null {
  const inBatch = IN_BATCH[op]
  if (inBatch === undefined) return null
  const body = objectOf(bodyText)
  const judged = ordersOf(body).map((order) => judgedOrder(inBatch, order, judge))
  if (judged.every(({ sent, order, told }) => sent === order && told === null)) return null
  const sent = judged.flatMap((one) => (one.sent === null ? [] : [one.sent]))
  return {
    bodyText: sent.length === 0 ? null : JSON.stringify({ ...body, request: sent }),
    told: (answerText) => answerWith(answerText, body['category'], inBatch, judged),
  }
}

interface JudgedOrder {
  readonly order: Row
  /** Null when the venue never sees it. */
  readonly sent: Row | null
  /** What the client is told of it instead of the venue's word. */
  readonly told: Told | null
}

function judgedOrder(op: FaultOp, order: Row, judge: Judge): JudgedOrder {
  const facts = factsOfOrder(op === 'create-in-batch' ? 'create' : op, order)
  const asked = judge('request', op, facts)
  if (asked?.do === 'retCode') return { order, sent: null, told: asked }
  const reply = judge('reply', op, facts)
  const sent = asked !== undefined && isRewriting(asked) ? rewriteOrder(order, asked) : order
  return { order, sent, told: reply?.do === 'retCode' ? reply : null }
}

/** A batch that was refused as a whole is told as it is. REST calls the result `result`, the trade socket `data`. */
function answerWith(answerText: string, category: unknown, op: FaultOp, judged: readonly JudgedOrder[]): string {
  const answer = objectOf(answerText)
  if (answer['retCode'] !== 0) return answerText
  const key = 'data' in answer ? 'data' : 'result'
  const rows = listIn(answer[key])
  const outcomes = listIn(answer['retExtInfo'])
  const list: unknown[] = []
  const ext: unknown[] = []
  let at = 0
  for (const { order, sent, told } of judged) {
    list.push(told === null ? rows[at] : rowOf(op, category, order))
    ext.push(told === null ? outcomes[at] : { code: told.code, msg: told.message })
    if (sent !== null) at += 1
  }
  return JSON.stringify({ ...answer, [key]: { list }, retExtInfo: { list: ext } })
}

/** How the venue gives back an order of a batch that failed: a create without an id and a time, others with what was sent. */
function rowOf(op: FaultOp, category: unknown, order: Row): Row {
  const { symbol = '', orderId = '', orderLinkId = '' } = order
  if (op === 'create-in-batch') return { category, symbol, orderId: '', orderLinkId, createAt: '' }
  return { category, symbol, orderId, orderLinkId }
}

function ordersOf(body: Row): readonly Row[] {
  const orders: unknown = body['request']
  return Array.isArray(orders) ? orders.map((order: unknown) => (isRecord(order) ? order : {})) : []
}

function listIn(value: unknown): readonly unknown[] {
  const list = isRecord(value) ? value['list'] : undefined
  return Array.isArray(list) ? list : []
}

function objectOf(text: string): Row {
  const value = parsedOrNull(text)
  return isRecord(value) ? value : {}
}
