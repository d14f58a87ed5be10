/**
 * Mutants of the recovery's work: what it asks, what it takes for its own, and how it closes it.
 */
import type { Mutant } from './mutant.ts'

const RECOVER = 'src/execution/recover.ts'
const SWEEP = 'src/execution/sweep.ts'
const OWN_POSITIONS = 'src/execution/own-positions.ts'

/** What is asked, and what is believed. */
export const OF_THE_ASKING: readonly Mutant[] = [
  {
    name: 'only filled orders recovered',
    file: RECOVER,
    find: 'const orders = leftover.orders.filter((order) => here.has(order.symbol))',
    replace:
      'const orders = leftover.orders.filter((order) => here.has(order.symbol) && leftover.fills.some((fill) => fill.clientId === order.clientId))',
    why: 'orders whose fills the journal knows are recovered, those that were still working are dropped',
    modelledOn: 'nautechsystems/nautilus_trader#5000',
  },
  {
    name: "the journal's word taken for an order",
    file: RECOVER,
    find: 'unbooked: orders.map((order) => ({ ...order, absentFromVenueMs })),',
    replace: "unbooked: (orders.forEach((order) => ledger.ended(order, 'Filled')), []),",
    why: 'the fills on record are the fills there are: the venue is not asked about any order',
    modelledOn: null,
  },
  {
    name: 'fills of the journal not counted',
    file: RECOVER,
    find: 'if (fill.clientId === order.clientId) entry.fills.set(fill.execId, fill.lots)',
    replace: 'if (fill.clientId === order.clientId) continue',
    why: "a fill that the venue's books reach back to no more is not ours, though it is on record",
    modelledOn: 'BYTEX-TRADE/bytex#30',
  },
  {
    name: 'not found is absent at once',
    file: RECOVER,
    find: 'ports.gateway.venueNowMs() + arrivalMaxMs',
    replace: 'ports.gateway.venueNowMs() - arrivalMaxMs',
    why: 'an order that is not found at the start is taken for one that never arrived, though it may be on its way',
    modelledOn: 'nautechsystems/nautilus_trader#4152',
  },
  {
    name: 'no answer is an answer',
    file: SWEEP,
    find: "if (inquiry.kind !== 'done') return false",
    replace: "if (inquiry.kind !== 'done') return true",
    why: 'a question about an order that the venue does not answer counts as answered: nothing was filled',
    modelledOn: 'nautechsystems/nautilus_trader#4152',
  },
  {
    name: 'an ended row without its fills',
    file: SWEEP,
    find: 'hasEnded(row.status) && lots >= row.filledLots)',
    replace: 'hasEnded(row.status))',
    why: 'an order that has ended is booked with the executions that are shown so far, and not looked at again',
    modelledOn: null,
  },
  {
    name: 'one look says flat',
    file: SWEEP,
    find: 'if (looksFlat === 2 ||',
    replace: 'if (looksFlat === 1 ||',
    why: 'the first look that shows nothing is the last one',
    modelledOn: null,
  },
]

/** What is cancelled and closed, and how. */
export const OF_THE_CLOSING: readonly Mutant[] = [
  {
    name: 'orders of the life before left resting',
    file: RECOVER,
    find: 'isOwn: (clientId) => prefixes.some((prefix) => clientId.startsWith(prefix)),',
    replace: 'isOwn: (clientId) => clientId.startsWith(runId),',
    why: 'only orders of the process itself are cancelled: what the one before left resting may fill',
    modelledOn: 'hummingbot/hummingbot#366',
  },
  {
    name: 'orders cancelled, positions left',
    file: RECOVER,
    find: '  positions(): PositionRow[] {\n',
    replace: '  positions(): PositionRow[] {\n    return []\n',
    why: 'the recovery cancels what rests and takes no position for its own',
    modelledOn: 'hummingbot/hummingbot-api#243',
  },
  {
    name: 'whatever is there is closed',
    file: OWN_POSITIONS,
    find: 'const lots = books.isUnresolved(row.symbol) ? row.lots : Math.min(row.lots, ours.get(keyOf(row)) ?? 0)',
    replace: 'const lots = row.lots',
    why: 'positions are closed as the venue shows them, those of somebody else included',
    modelledOn: null,
  },
  {
    name: 'closing orders of the whole position',
    file: OWN_POSITIONS,
    find: 'own.push({ ...row, lots, whole: lots === row.lots })',
    replace: 'own.push({ ...row, lots, whole: true })',
    why: 'what is ours of a position is closed with an order for all of it',
    modelledOn: null,
  },
  {
    name: 'one leg recovered',
    file: OWN_POSITIONS,
    find: '    if (lots > 0) own.push(',
    replace: '    if (lots > 0 && row.idx === 1) own.push(',
    why: 'the long leg is closed; that there is a short one does not come up',
    modelledOn: null,
  },
  {
    name: 'one leg closed after the other',
    file: SWEEP,
    find: '      ready.map((own, index) =>',
    replace: '      ready.slice(0, 1).map((own, index) =>',
    why: 'the second leg waits for the next look: the pair is naked meanwhile',
    modelledOn: null,
  },
  {
    name: 'closed although the other leg is unknown',
    file: SWEEP,
    find: 'return asked.symbols().union(new Set(earlier.map((order) => order.symbol)))',
    replace: 'return new Set(earlier.slice(0, 0).map((order) => order.symbol))',
    why: 'the leg that is known is taken off while nobody knows what became of the other',
    modelledOn: null,
  },
  {
    name: 'order ids of an earlier run used again',
    file: RECOVER,
    find: '    books: ledger,\n    runId,',
    replace: '    books: ledger,\n    runId: leftover.runIds[0]!,',
    why: 'the process has a run id of its own, but its closing orders go by that of the run they close',
    modelledOn: 'erdewit/ib_insync#80',
  },
  {
    name: "a recovery's orders not on record",
    file: SWEEP,
    find: '  flushIfPossible(ports)\n  const { venueTimestampMs',
    replace: '  const { venueTimestampMs',
    why: 'closing orders are sent before they are written down: killed then, nobody knows of them',
    modelledOn: null,
  },
]
