import { expect, test } from 'vitest'
import { apply } from './apply.ts'
import { decide } from './decide.ts'
import { fresh } from './test-support/fresh-trade.ts'
import type { Fact, Trade } from './trade.ts'
import { heldLots, phaseOf } from './trade.ts'

/** Performs what is decided at `atMs` without a venue: orders count as sent, questions and cancels as asked. */
function performed(trade: Trade, atMs: number): Trade {
  let after = trade
  for (const action of decide(trade, atMs).actions) {
    if (action.do === 'submit') {
      for (const order of action.orders) after = apply(after, { is: 'sent', order, atMs, venueTimestampMs: atMs })
    }
    if (action.do === 'cancel') after = apply(after, { is: 'cancelAsked', clientId: action.clientId, atMs })
    if (action.do === 'inquire') after = apply(after, { is: 'inquired', clientId: action.clientId, atMs })
    if (action.do === 'fail') after = apply(after, { is: 'failed', reason: action.reason, dueMs: action.dueMs })
    if (action.do === 'halt') after = apply(after, { is: 'halted', reason: action.reason })
  }
  return after
}

function filled(trade: Trade, place: number, lots: number, atMs: number): Trade {
  const clientId = `r-t1-${place}`
  const fill = { execId: `${clientId}/${lots}/${atMs}`, lots, priceTicks: 1000, feeUsd: 0, venueMs: atMs }
  return apply(trade, { is: 'fill', clientId, fill, atMs })
}

function learn(trade: Trade, ...facts: Fact[]): Trade {
  return facts.reduce(apply, trade)
}

function whatIsDecided(trade: Trade, atMs: number): string[] {
  return decide(trade, atMs).actions.map((action) => {
    if (action.do === 'submit') {
      return action.orders
        .map((o) => `${o.purpose} ${o.leg} ${o.side} ${o.lots}${o.closeAll ? ' all' : ''}`)
        .join(' + ')
    }
    if (action.do === 'fail' || action.do === 'halt') return `${action.do}: ${action.reason}`
    return `${action.do} ${action.clientId}`
  })
}

test('both legs are one action, with computed ids, and deciding twice yields the same', () => {
  const trade = fresh()
  expect(whatIsDecided(trade, 0)).toEqual(['entry long buy 10 + entry short sell 10'])
  expect(decide(trade, 0)).toEqual(decide(trade, 0))
  const sent = performed(trade, 0)
  expect(sent.orders.map((order) => order.clientId)).toEqual(['r-t1-0', 'r-t1-1'])
  expect(whatIsDecided(sent, 1)).toEqual([])
})

test('a filled pair is hedged and nothing more is wanted', () => {
  const trade = filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 10, 4)
  expect(phaseOf(trade)).toBe('hedged')
  expect(decide(trade, 5)).toEqual({ actions: [], againMs: null })
})

test('a late leg is cancelled at its timeout, not before, and the filled leg is taken off once it has settled', () => {
  const half = filled(performed(fresh(), 0), 0, 10, 3)
  const live = learn(half, { is: 'acknowledged', clientId: 'r-t1-1', atMs: 4 })
  expect(whatIsDecided(live, 499)).toEqual([])
  expect(decide(live, 5).againMs).toBe(500)
  expect(whatIsDecided(live, 500)).toEqual(['cancel r-t1-1'])
  const cancelled = learn(performed(live, 500), {
    is: 'row',
    clientId: 'r-t1-1',
    filledLots: 0,
    ended: true,
    atMs: 503,
  })
  expect(whatIsDecided(cancelled, 503)).toEqual(['fail: short-timeout'])
  expect(whatIsDecided(performed(cancelled, 503), 503)).toEqual(['unwind long sell 10'])
})

test('a leg that fills during the cancel makes the pair hedged, not closed', () => {
  const half = filled(performed(fresh(), 0), 0, 10, 3)
  const live = learn(half, { is: 'acknowledged', clientId: 'r-t1-1', atMs: 4 })
  const asked = performed(live, 500)
  const refused = learn(asked, { is: 'cancelAnswered', clientId: 'r-t1-1', answer: 'refused' })
  expect(whatIsDecided(refused, 502)).toEqual(['inquire r-t1-1'])
  expect(phaseOf(filled(refused, 1, 10, 503))).toBe('hedged')
})

test('a refused leg fails the trade and cancels the resting one at once instead of waiting for its timeout', () => {
  const sent = performed(fresh(), 0)
  const facts: Fact[] = [
    { is: 'acknowledged', clientId: 'r-t1-0', atMs: 2 },
    { is: 'refused', clientId: 'r-t1-1', code: 110007, atMs: 3, retryAtMs: null },
  ]
  const refused = learn(sent, ...facts)
  expect(whatIsDecided(refused, 3)).toEqual(['fail: short-refused'])
  expect(whatIsDecided(performed(refused, 3), 3)).toEqual(['cancel r-t1-0'])
})

test('while a leg is unknown the rules only ask, and the other leg is not unwound', () => {
  const half = filled(performed(fresh(), 0), 0, 10, 3)
  let trade = learn(half, { is: 'lost', clientId: 'r-t1-1', atMs: 1_000 })
  const wanted = new Set<string>()
  for (let ms = 1_000; ms <= 1_250; ms += 10) {
    for (const action of decide(trade, ms).actions) wanted.add(action.do)
    trade = performed(trade, ms)
    if (ms % 50 === 0) {
      trade = learn(
        trade,
        { is: 'inquiryAnswered', clientId: 'r-t1-1' },
        { is: 'notFound', clientId: 'r-t1-1', askedVenueMs: ms, atMs: ms },
      )
    }
  }
  expect([...wanted].sort()).toEqual(['cancel', 'inquire'])
})

test('an unknown order counts as absent only when asked later than the venue could have accepted and shown it', () => {
  const half = filled(performed(fresh(), 0), 0, 10, 3)
  const lost = learn(half, { is: 'lost', clientId: 'r-t1-1', atMs: 1_000 })
  const early = learn(lost, { is: 'notFound', clientId: 'r-t1-1', askedVenueMs: 1_250, atMs: 1_260 })
  expect(early.orders[1]!.status).toBe('unknown')
  const late = learn(lost, { is: 'notFound', clientId: 'r-t1-1', askedVenueMs: 1_251, atMs: 1_260 })
  expect(late.orders[1]!.status).toBe('absent')
  expect(whatIsDecided(late, 1_260)).toEqual(['fail: short-absent'])
})

test('a partly filled leg is retried for the rest, a bounded number of times, then the legs are evened out', () => {
  let trade = filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 4, 4)
  trade = performed(trade, 500)
  trade = learn(trade, { is: 'row', clientId: 'r-t1-1', filledLots: 4, ended: true, atMs: 502 })
  expect(whatIsDecided(trade, 502)).toEqual(['retry short sell 6'])
  for (const place of [2, 3]) {
    trade = performed(trade, 500 + 100 * place)
    trade = learn(trade, { is: 'row', clientId: `r-t1-${place}`, filledLots: 0, ended: true, atMs: 501 + 100 * place })
  }
  expect(whatIsDecided(trade, 900)).toEqual(['unwind long sell 6'])
  trade = filled(performed(trade, 900), 4, 6, 904)
  expect(phaseOf(trade)).toBe('hedged')
  expect([heldLots(trade, 'long'), heldLots(trade, 'short')]).toEqual([4, 4])
})

test('an attempt that took what there was is followed only when the quote can have followed it', () => {
  let trade = learn(filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 10, 4), { is: 'close', reason: 'test' })
  trade = filled(filled(performed(trade, 10), 2, 7, 12), 3, 10, 12)
  trade = learn(trade, { is: 'row', clientId: 'r-t1-2', filledLots: 7, ended: true, atMs: 12 })
  expect(decide(trade, 13)).toEqual({ actions: [], againMs: 37 })
  expect(whatIsDecided(trade, 37)).toEqual(['exit long sell 3'])
})

test('an excess below the minimum cannot be evened out: both legs are closed whole', () => {
  let trade = filled(filled(performed(fresh({}, 50, 25), 0), 0, 50, 3), 1, 40, 4)
  trade = performed(trade, 500)
  trade = learn(trade, { is: 'row', clientId: 'r-t1-1', filledLots: 40, ended: true, atMs: 502 })
  expect(whatIsDecided(trade, 502)).toEqual(['fail: remainder-below-minimum'])
  expect(whatIsDecided(performed(trade, 502), 502)).toEqual(['unwind long sell 50 + unwind short buy 40'])
})

test('what is held below the minimum is closed by quantity zero, reduce-only, close-on-trigger', () => {
  let trade = filled(performed(fresh({}, 50, 25), 0), 0, 10, 3)
  trade = performed(trade, 500)
  for (const place of [0, 1]) {
    const filledLots = place === 0 ? 10 : 0
    trade = learn(trade, { is: 'row', clientId: `r-t1-${place}`, filledLots, ended: true, atMs: 502 })
  }
  trade = performed(trade, 502)
  expect(whatIsDecided(trade, 502)).toEqual(['unwind long sell 10 all'])
})

test('the hedge policy sends what is missing to market, and closes when that does not fill either', () => {
  let trade = filled(performed(fresh({ legTimeoutPolicy: 'hedge' }), 0), 0, 10, 3)
  trade = learn(performed(trade, 500), { is: 'row', clientId: 'r-t1-1', filledLots: 0, ended: true, atMs: 502 })
  expect(whatIsDecided(trade, 502)).toEqual(['hedge short sell 10'])
  for (const place of [2, 3]) {
    trade = performed(trade, 500 + 100 * place)
    trade = learn(trade, { is: 'row', clientId: `r-t1-${place}`, filledLots: 0, ended: true, atMs: 501 + 100 * place })
  }
  expect(whatIsDecided(trade, 900)).toEqual(['fail: short-unfilled'])
})

test('a trade that is given up on was due when the last of its orders could be known, with its fills', () => {
  const dueAt = (trade: Trade, atMs: number): unknown => decide(trade, atMs).actions
  const ended = (place: number, filledLots: number, atMs: number): Fact => {
    return { is: 'row', clientId: `r-t1-${place}`, filledLots, ended: true, atMs }
  }
  const live = learn(performed(fresh(), 0), { is: 'acknowledged', clientId: 'r-t1-1', atMs: 4 })
  const whole = filled(learn(live, { is: 'acknowledged', clientId: 'r-t1-0', atMs: 4 }), 0, 6, 9)
  // Both are cancelled 30 ms late. The short leg's end is told 40 ms after that, the long one's, and its last lots, later.
  const cancelled = learn(performed(whole, 530), ended(1, 0, 570), ended(0, 8, 600))
  expect(dueAt(cancelled, 600)).toEqual([])
  expect(dueAt(filled(cancelled, 0, 2, 640), 640)).toEqual([{ do: 'fail', reason: 'short-timeout', dueMs: 610 }])

  // Neither leg filled in time; of the two sent to market after that, the one that fills is slow.
  const hedging = fresh({ legTimeoutPolicy: 'hedge', entryRetriesMax: 1 })
  const timedOut = learn(performed(performed(hedging, 0), 1_000), ended(0, 0, 1_010), ended(1, 0, 1_012))
  const one = learn(performed(timedOut, 1_012), ended(3, 0, 1_020))
  expect(dueAt(filled(one, 2, 10, 1_530), 1_530)).toEqual([{ do: 'fail', reason: 'short-unfilled', dueMs: 1_530 }])
})

test('a leg that cannot be closed is halted with its amount after a bounded number of attempts', () => {
  let trade = learn(filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 10, 4), { is: 'close', reason: 'test' })
  for (const atMs of [10, 110, 210]) {
    trade = performed(trade, atMs)
    for (const order of trade.orders.slice(-2)) {
      trade = learn(trade, { is: 'row', clientId: order.clientId, filledLots: 0, ended: true, atMs: atMs + 1 })
    }
  }
  expect(whatIsDecided(trade, 310)).toEqual(['halt: 10 lots long still open after 3 attempts'])
  expect(phaseOf(performed(trade, 310))).toBe('halted')
})

test('attempts at evening out do not use up those of the emergency close', () => {
  let trade = filled(filled(performed(fresh({ entryRetriesMax: 0 }), 0), 0, 10, 3), 1, 4, 4)
  trade = performed(trade, 500)
  trade = learn(trade, { is: 'row', clientId: 'r-t1-1', filledLots: 4, ended: true, atMs: 502 })
  for (const atMs of [600, 700, 800]) {
    trade = performed(trade, atMs)
    trade = learn(trade, {
      is: 'row',
      clientId: trade.orders.at(-1)!.clientId,
      filledLots: 0,
      ended: true,
      atMs: atMs + 1,
    })
  }
  expect(whatIsDecided(trade, 900)).toEqual(['fail: evening-out-failed'])
  expect(whatIsDecided(performed(trade, 900), 900)).toEqual(['unwind long sell 10 + unwind short buy 4'])
})

test('a refused closing order is repeated with growing pauses, not in one burst', () => {
  let trade = learn(filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 10, 4), { is: 'close', reason: 'test' })
  const sentMs: number[] = []
  for (let ms = 10; ms < 2_000; ms += 10) {
    const before = trade.orders.length
    trade = performed(trade, ms)
    if (trade.orders.length === before) continue
    sentMs.push(ms)
    for (const order of trade.orders.slice(before)) {
      trade = learn(trade, { is: 'refused', clientId: order.clientId, code: 110005, atMs: ms, retryAtMs: null })
    }
  }
  expect(sentMs).toEqual([10, 110, 310])
})

test('an address ban in the middle of an unwind halts with the amount at once', () => {
  let trade = learn(filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 10, 4), { is: 'close', reason: 'test' })
  trade = performed(trade, 10)
  for (const order of trade.orders.slice(-2)) {
    trade = learn(trade, { is: 'refused', clientId: order.clientId, code: 403, atMs: 11, retryAtMs: null })
  }
  expect(whatIsDecided(trade, 12)).toEqual(['halt: address banned with 10 lots long open'])
})

test('a rate limit in the middle of an unwind is waited out and does not use up the attempts', () => {
  let trade = learn(filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 10, 4), { is: 'close', reason: 'test' })
  for (let round = 0; round < 5; round += 1) {
    const atMs = 10 + round * 100
    trade = performed(trade, atMs)
    for (const order of trade.orders.slice(-2)) {
      trade = learn(trade, { is: 'refused', clientId: order.clientId, code: 10006, atMs, retryAtMs: atMs + 100 })
    }
    expect(decide(trade, atMs)).toEqual({ actions: [], againMs: atMs + 100 })
  }
  expect(whatIsDecided(trade, 600)).toEqual(['exit long sell 10 + exit short buy 10'])
})

test('closing orders that get no chance for ten seconds halt the trade with its amount', () => {
  let trade = learn(filled(filled(performed(fresh(), 0), 0, 10, 3), 1, 10, 4), { is: 'close', reason: 'test' })
  let atMs = 10
  while (trade.halted === null && atMs < 20_000) {
    trade = performed(trade, atMs)
    for (const order of trade.orders.filter((each) => each.status === 'sent')) {
      trade = learn(trade, { is: 'refused', clientId: order.clientId, code: 10006, atMs, retryAtMs: atMs + 1_200 })
    }
    atMs = decide(trade, atMs).againMs ?? atMs + 1
  }
  expect(trade.halted).toBe('10 lots long still open: no closing order got its chance')
  expect(atMs).toBeGreaterThanOrEqual(10_010)
  expect(atMs).toBeLessThan(10_100)
  expect(whatIsDecided(trade, atMs + 1_200)).toEqual([])
})

test('a fill that arrives after everything was thought over is taken off', () => {
  let trade = performed(fresh(), 0)
  trade = learn(trade, { is: 'lost', clientId: 'r-t1-0', atMs: 1_000 }, { is: 'lost', clientId: 'r-t1-1', atMs: 1_000 })
  for (const clientId of ['r-t1-0', 'r-t1-1']) {
    trade = learn(trade, { is: 'notFound', clientId, askedVenueMs: 1_300, atMs: 1_310 })
  }
  trade = performed(trade, 1_310)
  expect(phaseOf(trade)).toBe('flat')
  trade = filled(trade, 0, 10, 2_000)
  expect(phaseOf(trade)).toBe('closing')
  expect(whatIsDecided(trade, 2_000)).toEqual(['unwind long sell 10'])
})
