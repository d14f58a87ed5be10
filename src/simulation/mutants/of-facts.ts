/**
 * Mutants of what is recorded: order states, fills, rows, cancels, and the one trade that lives by them.
 */
import type { Mutant } from './mutant.ts'

const APPLY = 'src/domain/apply.ts'
const ORDER = 'src/domain/order.ts'
const TRADE_RUN = 'src/execution/trade-run.ts'

export const OF_FACTS: readonly Mutant[] = [
  {
    name: 'fill after the cancel lost',
    file: APPLY,
    find: 'if (order.fills.some((known) => known.execId === fill.execId)) return order',
    replace: 'if (order.cancel !== null || order.fills.some((known) => known.execId === fill.execId)) return order',
    why: 'a fill that comes after the cancel was asked for is not counted',
    modelledOn: 'freqtrade/freqtrade#1858',
  },
  {
    name: '"does not exist" taken as cancelled',
    file: APPLY,
    find: 'return order.cancel === null ? order : { ...order, cancel: { ...order.cancel, answer: fact.answer } }',
    replace:
      "return order.cancel === null ? order : fact.answer === 'refused' ? step(order, 'see-done', order.cancel.askedMs) : { ...order, cancel: { ...order.cancel, answer: fact.answer } }",
    why: 'a cancel refused because the order filled is taken for a cancelled order without a fill',
    modelledOn: 'freqtrade/freqtrade#5101',
  },
  {
    name: 'cancel acknowledged taken as unfilled',
    file: APPLY,
    find: 'return order.cancel === null ? order : { ...order, cancel: { ...order.cancel, answer: fact.answer } }',
    replace:
      "return order.cancel === null ? order : fact.answer === 'done' ? step(order, 'see-done', order.cancel.askedMs) : { ...order, cancel: { ...order.cancel, answer: fact.answer } }",
    why: 'the acknowledgement of a cancel is taken for its end: what had filled before is not looked for',
    modelledOn: 'freqtrade/freqtrade#3181',
  },
  {
    name: 'absent because not in realtime',
    file: APPLY,
    find: "if (order.status !== 'unknown' || askedVenueMs === null) return false",
    replace: "return order.status === 'unknown'",
    why: 'an order that the books do not show yet is taken for one that never arrived',
    modelledOn: 'freqtrade/freqtrade#9857',
  },
  {
    name: 'absent before the read lag',
    file: APPLY,
    find: 'return askedVenueMs > order.venueTimestampMs + policy.recvWindowMs + policy.readLagMs',
    replace: 'return askedVenueMs > order.venueTimestampMs',
    why: 'absence is concluded while the venue may still accept the order, or has it and does not show it yet',
    modelledOn: 'freqtrade/freqtrade#9857',
  },
  {
    name: 'close done on acknowledgement',
    file: APPLY,
    find: "return step(order, 'acknowledge', fact.atMs)",
    replace:
      "return order.reduceOnly ? { ...step(order, 'see-done', fact.atMs), filledLots: order.lots } : step(order, 'acknowledge', fact.atMs)",
    why: 'an accepted closing order is reported as a closed position',
    modelledOn: 'hummingbot/hummingbot#7503',
  },
  {
    name: 'claimed lots not kept',
    file: APPLY,
    find: 'return { ...seen, claimedLots: Math.max(seen.claimedLots, fact.filledLots) }',
    replace: 'return seen',
    why: 'what the rows say is filled is not held against the executions',
    modelledOn: null,
  },
  {
    name: 'filled taken from the last row',
    file: APPLY,
    find: 'return { ...seen, claimedLots: Math.max(seen.claimedLots, fact.filledLots) }',
    replace: 'return { ...seen, claimedLots: fact.filledLots }',
    why: 'rows are applied as they come: an old one overwrites a newer',
    modelledOn: 'QuantConnect/Lean#1799',
  },
  {
    name: 'late row reopens the order',
    file: ORDER,
    find: "done: { acknowledge: 'done', 'see-live': 'done',",
    replace: "done: { acknowledge: 'done', 'see-live': 'live',",
    why: 'a row that overtook a later one makes a filled order an open one again',
    modelledOn: 'QuantConnect/Lean#1799',
  },
  {
    name: 'late refusal overrules a fill',
    file: ORDER,
    find: "refuse: 'live', // a refusal of an order",
    replace: "refuse: 'refused', // a refusal of an order",
    why: 'an order whose fills were seen is dropped because its reply says refused',
    modelledOn: null,
  },
  {
    name: 'unknown order refused by a lost reply',
    file: ORDER,
    find: "lose: 'unknown',\n  },\n  live:",
    replace: "lose: 'refused',\n  },\n  live:",
    why: 'a request without an answer is recorded as rejected',
    modelledOn: 'nautechsystems/nautilus_trader#4958',
  },
  {
    name: 'legs sent one after the other',
    file: TRADE_RUN,
    find: 'const { venueTimestampMs, reply } = gateway.submit(requests[i]!)',
    replace: `const venueTimestampMs = gateway.venueNowMs()
      const reply = i === 0 ? gateway.submit(requests[i]).reply : this.before.then(() => gateway.submit(requests[i]).reply)
      this.before = reply`,
    why: 'the second leg waits for the answer to the first',
    modelledOn: null,
  },
  {
    name: 'first error orphans the second leg',
    file: TRADE_RUN,
    find: "metrics.count('ordersRefused')",
    replace: "metrics.count('ordersRefused')\n      if (order.purpose === 'entry') this.handOver()",
    why: 'an error on one leg ends the procedure, and nobody looks after the other leg',
    modelledOn: 'hummingbot/hummingbot#5299',
  },
  {
    name: 'execution before the acknowledgement dropped',
    file: TRADE_RUN,
    find: 'if (this.#suspects.hold(row, from)) return false\n    if (order.fills',
    replace: "if (this.#suspects.has(clientId) || order.status === 'sent') return false\n    if (order.fills",
    why: 'a fill that overtakes the reply to its order is dropped',
    modelledOn: 'hummingbot/hummingbot#905',
  },
  {
    name: 'fills counted once per source',
    file: TRADE_RUN,
    find: 'const { clientId, execId, lots, priceTicks, feeUsd, venueMs } = row',
    replace: `const { clientId, lots, priceTicks, feeUsd, venueMs } = row
    const execId = from === 'stream' ? row.execId : row.execId + '/' + from`,
    why: 'a fill that the stream told and a question tells again counts twice',
    modelledOn: 'nautechsystems/nautilus_trader#3046',
  },
  {
    name: 'duplicate fills booked again',
    file: TRADE_RUN,
    find: 'if (order.fills.some((fill) => fill.execId === execId)) {',
    replace: 'if (order.fills.some((fill) => fill.execId === undefined)) {',
    why: 'an execution delivered twice is written down twice',
    modelledOn: 'ccxt/ccxt#18854',
  },
  {
    name: 'only the first fill of an order',
    file: TRADE_RUN,
    find: 'if (order.fills.some((fill) => fill.execId === execId)) {',
    replace: 'if (order.fills.length > 0) {',
    why: 'further fills of an order are taken for repeats of the first',
    modelledOn: null,
  },
  {
    name: 'answers of questions thrown away',
    file: TRADE_RUN,
    find: "for (const execution of inquiry.executions) this.onExecution(execution, 'query')",
    replace: '',
    why: 'the row of an order is read when asked for, its executions are not',
    modelledOn: 'freqtrade/freqtrade#13037',
  },
  {
    name: 'never decides at a given time',
    file: TRADE_RUN,
    find: 'this.#cancelWake = this.#ports.clock.after(Math.max(0, againMs - this.#nowMs()), () => {',
    replace: 'this.#cancelWake = this.#ports.clock.after(1e9, () => {',
    why: 'rules are looked at when something is heard, never because time has passed',
    modelledOn: null,
  },
  {
    name: "a stranger's order under our id adopted",
    file: 'src/execution/ours.ts',
    find: 'return row.symbol === symbol && row.side === order.side && sameSize && fresh',
    replace: 'return true',
    why: '"duplicate id" is taken for success without looking whose order it is',
    modelledOn: null,
  },
  {
    name: 'cancelled is not an end',
    file: 'src/execution/ours.ts',
    find: "'Cancelled', ",
    replace: '',
    why: 'the venue says cancelled, and the order is held to be open',
    modelledOn: 'freqtrade/freqtrade#9273',
  },
]
