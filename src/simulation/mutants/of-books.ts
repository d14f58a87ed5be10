/**
 * Mutants around the trades: who is let in, recovery after a gap, the monitor, the final sweep.
 */
import type { Mutant } from './mutant.ts'

const EXECUTOR = 'src/execution/executor.ts'
const ENTRY = 'src/execution/entry.ts'
const RECONCILE = 'src/execution/reconcile.ts'
const SWEEP = 'src/execution/sweep.ts'
const MONITOR = 'src/execution/monitor.ts'
const LINK = 'src/private-link.ts'

export const OF_BOOKS: readonly Mutant[] = [
  {
    name: 'gap without recovery',
    file: LINK,
    find: "else if (event.kind === 'ready' && gapFromVenueMs !== null) void recover(gapFromVenueMs)",
    replace: '',
    why: 'after a reconnect the stream is relied on, and nobody asks what was missed',
    modelledOn: 'veighna-global/vnpy_bybit#19',
  },
  {
    name: 'entries while the private stream is down',
    file: EXECUTOR,
    find: 'privateLost(): void {\n    this.#privateReady = false',
    replace: 'privateLost(): void {\n    this.#privateReady = true',
    why: 'new trades are started while nobody could hear their fills',
    modelledOn: 'djienne/passivbot_lighter#3',
  },
  {
    name: 'reconciliation without executions',
    file: RECONCILE,
    find: "if (executions.kind === 'done') {",
    replace: "if (executions.kind === 'none') {",
    why: 'orders are asked after, executions are not read',
    modelledOn: 'tesserspace/tesser#10',
  },
  {
    name: 'reconciliation from the wrong moment',
    file: RECONCILE,
    find: 'sinceVenueMs - OVERLAP_MS)',
    replace: 'ports.gateway.venueNowMs())',
    why: 'executions are asked for since now, not since the gap began',
    modelledOn: null,
  },
  {
    name: 'open orders not asked after',
    file: RECONCILE,
    find: 'executor.books.open().map((run) => run.inquireOpen())',
    replace: '[].map((run) => run.inquireOpen())',
    why: 'reconciliation reads executions and leaves the orders of unknown fate as they are',
    modelledOn: 'bitfinexcom/bitfinex-api-node#247',
  },
  {
    name: "foreign positions taken for the run's own",
    file: RECONCILE,
    find: 'const refused = new Set([...positions, ...openOrders].map((row) => row.symbol))',
    replace: 'const refused = new Set()',
    why: 'a symbol that somebody else trades is traded, and closed, all the same',
    modelledOn: null,
  },
  {
    name: 'books never compared',
    file: RECONCILE,
    find: "if (compared.length === 0) return 'not compared'\n",
    replace: "return 'not compared'\n",
    why: 'positions are never held against the venue',
    modelledOn: null,
  },
  {
    name: 'late fill after flat ignored',
    file: EXECUTOR,
    find: "if (from === 'flat') this.books.reopened(run) // a fill came late",
    replace: '',
    why: 'a trade that was flat is not looked after again when a fill comes late',
    modelledOn: null,
  },
  {
    name: 'several trades on one symbol',
    file: ENTRY,
    find: "if (books.bySymbol(symbol) !== undefined) return 'symbol-busy'",
    replace: '',
    why: 'a symbol with an open trade is entered again',
    modelledOn: null,
  },
  {
    name: 'no limit of trades at once',
    file: ENTRY,
    find: "if (books.openCount >= config.maxConcurrentTrades) return 'max-concurrent'",
    replace: '',
    why: 'the number of trades at once is not looked at',
    modelledOn: null,
  },
  {
    name: 'notional of one leg only',
    file: ENTRY,
    find: 'if (books.openNotionalUsd + 2 * config.tradeSizeUsd > config.maxNotionalUsd)',
    replace: 'if (config.tradeSizeUsd > config.maxNotionalUsd)',
    why: 'the limit on notional looks at the next leg, not at what is open',
    modelledOn: null,
  },
  {
    name: 'no budget kept for unwinds',
    file: ENTRY,
    find: "if (question.createsFree < books.reservedCreates + CREATES_PER_ENTRY) return 'rate-limit'",
    replace: '',
    why: 'entries use up the order budget that an unwind may need',
    modelledOn: 'TranceGeniK/bybit-tools#4',
  },
  {
    name: 'shutdown leaves trades open',
    file: EXECUTOR,
    find: 'this.#closing = reason\n    this.closeMore()',
    replace: 'this.#closing = reason',
    why: 'a stopped run ends without closing what it holds',
    modelledOn: 'hummingbot/hummingbot#2944',
  },
  {
    name: 'sweep leaves orders resting',
    file: SWEEP,
    find: 'const own = orders.value.filter((row) => isOwn(row.clientId))',
    replace: 'const own = orders.value.filter(() => false)',
    why: 'the end of a run closes positions and forgets the orders that may still fill',
    modelledOn: 'freqtrade/freqtrade#907',
  },
  {
    name: 'sweep closes the wrong leg',
    file: SWEEP,
    find: "return idx === 2 ? 'short' : 'long'",
    replace: "return idx === 1 ? 'short' : 'long'",
    why: 'position indexes are mixed up: reducing orders go to the other leg',
    modelledOn: 'ccxt/ccxt#24864',
  },
  {
    name: 'sweep asks once',
    file: SWEEP,
    find: 'if (looksFlat === 2 ||',
    replace: 'if (looksFlat === 1 ||',
    why: 'one look that shows nothing is taken for flat, though reads may lag',
    modelledOn: null,
  },
  {
    name: 'sweep does not sweep',
    file: SWEEP,
    find: 'const isFlat = resting?.length === 0 && seen?.own.length === 0',
    replace: 'const isFlat = true',
    why: 'the run reports flat without having looked',
    modelledOn: 'diogomatoschaves/MyCryptoBot#50',
  },
  {
    name: 'maximum hold never reached',
    file: MONITOR,
    find: 'const heldMs = this.#ports.gateway.venueNowMs() - watched.enteredMs',
    replace: 'const heldMs = (this.#ports.gateway.venueNowMs() - watched.enteredMs) / 1000',
    why: 'the time a pair is held is counted in seconds and compared with milliseconds',
    modelledOn: null,
  },
  {
    name: 'stop-loss with the wrong sign',
    file: 'src/domain/exit.ts',
    find: 'syntheticPnlBps <= -question.stopLossBps',
    replace: 'syntheticPnlBps <= question.stopLossBps',
    why: 'the stop-loss fires on every small profit or loss',
    modelledOn: null,
  },
  {
    name: 'intents not written before they are sent',
    file: 'src/execution/trade-run.ts',
    find: "journal.append('order.submitted', submittedRecord(this.#trade.id, order, requests[i]!, source))",
    replace:
      "if (order.purpose === 'entry') journal.append('order.submitted', submittedRecord(this.#trade.id, order, requests[i]!, source))",
    why: 'retries and closing orders are on nobody’s record',
    modelledOn: null,
  },
]
