/**
 * Mutants of the venue client: signatures, clock, outcome table, REST, streams, decoders, budgets.
 */
import type { Mutant } from './mutant.ts'

const OUTCOME = 'src/venue/outcome.ts'
const REST = 'src/venue/rest.ts'
const CALL = 'src/venue/call.ts'
const READS = 'src/venue/reads.ts'
const DECODE = 'src/venue/decode-rows.ts'
const SOCKET = 'src/venue/socket.ts'
const LIMITS = 'src/venue/limits.ts'

export const OF_VENUE: readonly Mutant[] = [
  {
    name: 'no answer means refused',
    file: OUTCOME,
    find: "if (answer.kind === 'lost') return UNKNOWN",
    replace: "if (answer.kind === 'lost') return REFUSED",
    why: 'a timeout is reported as a rejection',
    modelledOn: 'yubing744/trading-gpt#94',
  },
  {
    name: 'server error means refused',
    file: OUTCOME,
    find: 'return HTTP.get(answer.httpStatus) ?? UNKNOWN',
    replace: 'return HTTP.get(answer.httpStatus) ?? REFUSED',
    why: 'a 502 from a proxy is taken for "not placed"',
    modelledOn: 'rainbow-me/rainbow#7767',
  },
  {
    name: '429 means not placed',
    file: OUTCOME,
    find: '[429, UNKNOWN],',
    replace: '[429, LIMITED],',
    why: 'a 429 is taken for a certain refusal, and the order is sent again',
    modelledOn: 'rainbow-me/rainbow#7767',
  },
  {
    name: 'unlisted code means refused',
    file: OUTCOME,
    find: '(CODES.get(answer.retCode) ?? UNKNOWN)',
    replace: '(CODES.get(answer.retCode) ?? REFUSED)',
    why: 'every code that is not zero is a rejection',
    modelledOn: 'nautechsystems/nautilus_trader#4152',
  },
  {
    name: 'internal error means refused',
    file: OUTCOME,
    find: '...rows(UNKNOWN, [429, 10000, 10016,',
    replace: '...rows(REFUSED, [429, 10000, 10016,',
    why: "the venue's own timeouts and internal errors count as rejections",
    modelledOn: 'nautechsystems/nautilus_trader#4152',
  },
  {
    name: 'any HTTP 200 is success',
    file: OUTCOME,
    find: "return answer.kind === 'reply' ? (CODES.get(answer.retCode) ?? UNKNOWN) : UNKNOWN",
    replace: 'return DONE',
    why: 'the code inside the reply is not looked at',
    modelledOn: null,
  },
  {
    name: 'duplicate id means refused',
    file: OUTCOME,
    find: 'const EXISTS: Row = { submit: UNKNOWN,',
    replace: 'const EXISTS: Row = { submit: REFUSED,',
    why: '"this id exists" is taken for "not placed", though the order is there',
    modelledOn: 'nautechsystems/nautilus_trader#4215',
  },
  {
    name: 'resubmitted under a new id',
    file: REST,
    find: 'return { venueTimestampMs, reply: called.then(({ outcome }) => submitted(outcome, request.clientId)) }',
    replace: `const params = createParams(request, known.instrument)
      const again = () => caller('create', { ...params, orderLinkId: request.clientId + 'b' }, orderLimits).called
      const twice = called.then((first) => (first.outcome.kind === 'unknown' ? again() : first))
      return { venueTimestampMs, reply: twice.then(({ outcome }) => submitted(outcome, outcome.kind === 'done' ? outcome.value.result.orderLinkId : request.clientId)) }`,
    why: 'a create without an answer is sent again as another order',
    modelledOn: 'scrtlabs/catalyst#317',
  },
  {
    name: 'position index by side',
    file: REST,
    find: 'positionIdx: positionIdxOf(request.leg),',
    replace: "positionIdx: request.side === 'buy' ? 1 : 2,",
    why: 'in hedge mode a closing sell is sent to the short position',
    modelledOn: 'ccxt/ccxt#24864',
  },
  {
    name: 'reduce-only not sent',
    file: REST,
    find: 'reduceOnly: request.reduceOnly || request.closeAll,',
    replace: 'reduceOnly: false,',
    why: 'closing orders carry no reduce-only flag: one too many opens a position',
    modelledOn: 'hummingbot/hummingbot#8362',
  },
  {
    name: 'immediate orders that rest',
    file: REST,
    find: "timeInForce: isMarket || request.timeInForce === 'ioc' ? 'IOC' : 'GTC',",
    replace: "timeInForce: isMarket ? 'IOC' : 'GTC',",
    why: 'an unwind that finds no match stays in the book',
    modelledOn: null,
  },
  {
    name: 'quantity step defaulted',
    file: DECODE,
    find: "const lot = stepOf(lots, 'qtyStep')",
    replace: "const lot = stepFromText('0.001')",
    why: 'the quantity step did not load, and a default is used for every symbol',
    modelledOn: 'freqtrade/freqtrade#5481',
  },
  {
    name: 'quantity rounded up',
    file: 'src/domain/pricing.ts',
    find: 'return Number(wanted / perLot)',
    replace: 'return Number((wanted + perLot - 1n) / perLot)',
    why: 'order sizes are rounded up, over the size that was asked for',
    modelledOn: 'hummingbot/hummingbot#3714',
  },
  {
    name: 'funding counted as a fill',
    file: DECODE,
    find: "['Funding', 'money'],",
    replace: "['Funding', 'fill'],",
    why: 'a funding settlement is booked as an execution of the whole position',
    modelledOn: 'nautechsystems/nautilus_trader#4937',
  },
  {
    name: 'order row without its fills',
    file: DECODE,
    find: "filledLots: fields.steps('cumExecQty', instrument.lot, 0),",
    replace: 'filledLots: 0,',
    why: 'the filled quantity of a row is not read',
    modelledOn: 'freqtrade/freqtrade#13037',
  },
  {
    name: 'older row wins',
    file: READS,
    find: 'if (best === null || row.updatedMs > best.updatedMs) return row',
    replace: 'if (best === null || row.updatedMs < best.updatedMs) return row',
    why: 'of two rows of an order the older one is believed',
    modelledOn: 'freqtrade/freqtrade#9273',
  },
  {
    name: 'unreadable history is empty history',
    file: READS,
    find: "if (past.kind !== 'done') return past\n      if (fills.kind !== 'done') return fills",
    replace: `const none = { value: [] }
      if (past.kind !== 'done') Object.assign(past, none)
      if (fills.kind !== 'done') Object.assign(fills, none)`,
    why: 'a book that could not be read counts as one that does not know the order',
    modelledOn: null,
  },
  {
    name: 'absence dated too late',
    file: READS,
    find: 'executions: own, askedVenueMs } }',
    replace: 'executions: own, askedVenueMs: venueClock.nowMs() } }',
    why: 'what the books did not show is dated by the answer, not by the question',
    modelledOn: null,
  },
  {
    name: 'clock skew not corrected',
    file: 'src/venue/venue-clock.ts',
    find: 'baseMs = venueMs - answeredUs / 1000',
    replace: 'void venueMs, answeredUs',
    why: "requests are signed with this machine's clock",
    modelledOn: 'ccxt/ccxt#24981',
  },
  {
    name: 'clock not asked again',
    file: REST,
    find: "if (kind === 'resync-clock') void syncClock()",
    replace: '',
    why: 'after a refused timestamp the same wrong clock is used on',
    modelledOn: 'ccxt/ccxt#17212',
  },
  {
    name: 'ban not noticed',
    file: CALL,
    find: "if (mark === 'banned') limits.ban(clock.nowUs() + BAN_US)",
    replace: '',
    why: 'requests go on while the address is banned',
    modelledOn: 'taniman/profit-trailer#444',
  },
  {
    name: 'reset header ignored',
    file: LIMITS,
    find: 'return wait > RESET_MAX_MS ? RESET_UNKNOWN_MS : Math.max(1, wait)',
    replace: 'return 30_000',
    why: 'after a 10006 the next try waits for half a minute, whatever the venue says',
    modelledOn: 'bybit-exchange/pybit#340',
  },
  {
    name: 'no budget of its own',
    file: LIMITS,
    find: 'if (counter !== undefined && sendableOf(counter, nowUs) <= 0) {',
    replace: 'if (counter === null) {',
    why: "orders are sent until the venue refuses them: the account's budget is not counted",
    modelledOn: 'TranceGeniK/bybit-tools#4',
  },
  {
    name: 'silence not noticed',
    file: SOCKET,
    find: 'this.#watch()\n    this.#handlers.onOpen()',
    replace: 'this.#handlers.onOpen()',
    why: 'a dead connection looks alive for ever',
    modelledOn: 'ccxt/ccxt#9334',
  },
  {
    name: 'no reconnect',
    file: SOCKET,
    find: 'else this.#stopRetry = clock.after(this.#backoffMs(), () => this.#connect())',
    replace: '',
    why: 'a lost stream stays lost',
    modelledOn: 'sammchardy/python-binance#948',
  },
  {
    name: 'subscribed once only',
    file: 'src/venue/private-stream.ts',
    find: "if (frame['success'] === true) subscription.begin()",
    replace: "if (frame['success'] === true) link.begun ? link.ready() : ((link.begun = true), subscription.begin())",
    why: 'after a reconnect the topics are not subscribed again',
    modelledOn: 'binary-com/webtrader#20',
  },
  {
    name: 'signed with an old timestamp',
    file: 'src/venue/call.ts',
    find: 'const venueTimestampMs = Math.floor(venueClock.nowMs())',
    replace: 'const venueTimestampMs = Math.floor(venueClock.nowMs() / 1000) * 1000',
    why: 'timestamps are cut to whole seconds: late in a second the receive window is over',
    modelledOn: 'ccxt/ccxt#6832',
  },
  {
    name: 'stale quotes traded',
    file: 'src/domain/opportunity.ts',
    find: "if (!(quoteAgeMs(quote, nowUs, venueNowMs) <= staleAfterMs)) return 'stale'",
    replace: '',
    why: 'a quote from before the public stream went silent is traded',
    modelledOn: 'Galts-Gulch/avarice#23',
  },
]
