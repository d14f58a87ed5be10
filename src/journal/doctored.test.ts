/**
 * Every promise's check can fail: a truthful journal passes all ten, and a journal doctored in one place breaks exactly
 * the promise that the place belongs to.
 */
import { describe, expect, test } from 'vitest'
import { checkJournal } from './checks.ts'
import type { PromiseId } from './finding.ts'
import { overall } from './summary.ts'
import { dataOf, RUN_ID, runOf, START_VENUE_MS, Story, type StoryTerms, type TaleLine } from './test-support/story.ts'
import { failedTrade, hedgedTrade } from './test-support/trades.ts'

const FAULT = 'refuse the short'

/** Two pairs side by side, one emergency close, one trade whose last lots are closed "whatever they are". */
function truthfulStory(terms: StoryTerms = {}): Story {
  const foreign = { symbol: 'SOLUSDT', idx: 1, side: 'buy', lots: 7 } as const
  const story = new Story({ plannedFaults: [FAULT], baseline: [foreign], ...terms })
  hedgedTrade(story, { tradeId: 't1', atMs: 100 })
  hedgedTrade(story, { tradeId: 't2', atMs: 110, symbol: 'ETHUSDT', lots: 4 })
  story.compare(900)
  const fault = { party: 'rest-request', op: 'create', verdict: 'retCode 110007', occurrence: 1, clientId: null }
  story.write('fault.applied', 2_000, { name: FAULT, ...fault }, 'faults')
  failedTrade(story, { tradeId: 't3', atMs: 2_000 })
  closedAll(story, 't4', 4_000)
  story.compare(5_000)
  return story
}

/** The unwind leaves less than the venue's minimum; the rest goes with quantity 0 and close-on-trigger. */
function closedAll(story: Story, tradeId: string, atMs: number): void {
  const long = story.submit({ tradeId, atMs, leg: 'long', lots: 5 })
  story.fill(long, atMs + 3, 5)
  const short = story.submit({ tradeId, atMs, leg: 'short', lots: 5 })
  story.cancel(short, atMs + 500)
  const dueUs = 5_000_000 + (atMs + 501) * 1_000
  story.write('trade.failed', atMs + 510, { tradeId, reason: 'short-timeout', dueUs })
  const most = story.submit({ tradeId, atMs: atMs + 510, leg: 'long', purpose: 'unwind', lots: 5 })
  story.fill(most, atMs + 513, 4)
  story.cancel(most, atMs + 513)
  const rest = story.submit({ tradeId, atMs: atMs + 515, leg: 'long', purpose: 'unwind', lots: 1, closeAll: true })
  story.fill(rest, atMs + 518, 1)
  story.flat(tradeId, atMs + 520)
}

function taleOf(tell: (story: Story) => void, terms: StoryTerms = {}): TaleLine[] {
  const story = truthfulStory(terms)
  tell(story)
  return story.tale(20_000)
}

/** Promises that do not pass, with their verdicts. */
function broken(tale: readonly TaleLine[]): string[] {
  const findings = checkJournal(runOf(tale))
  return findings.filter(({ verdict }) => verdict !== 'pass').map(({ promise, verdict }) => `${promise} ${verdict}`)
}

function summaryOf(tale: readonly TaleLine[], promise: PromiseId): string {
  return checkJournal(runOf(tale)).find((finding) => finding.promise === promise)!.summary
}

function truthOf(tale: readonly TaleLine[]) {
  return dataOf(tale, 'venue.truth')[0]!
}

const nothing = (): void => undefined

test('a truthful journal keeps all ten promises', () => {
  const run = runOf(taleOf(nothing))
  expect(run.problems).toEqual([])
  const findings = checkJournal(run)
  expect(findings.map(({ promise, verdict }) => `${promise} ${verdict}`)).toEqual(
    ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'].map((promise) => `${promise} pass`),
  )
  expect(overall(findings)).toBe('pass')
})

describe('one doctored place breaks exactly its own promise', () => {
  const cases: [string, string, () => TaleLine[]][] = [
    [
      'P1 fail',
      'the short leg fills four seconds after the long one',
      () =>
        taleOf((story) =>
          hedgedTrade(story, { tradeId: 't9', atMs: 9_000, shortFillsAfterMs: 4_000, exitAfterMs: 5_000 }),
        ),
    ],
    [
      'P2 fail',
      'an execution of somebody else is in no position',
      () => {
        const tale = taleOf(nothing)
        const truth = truthOf(tale)
        const foreign = { clientId: '', venueOrderId: 'v-other', symbol: 'SOLUSDT' }
        truth.orders.push({ ...truth.orders[0]!, ...foreign, lots: 2, filledLots: 2 })
        truth.executions.push({ ...truth.executions[0]!, ...foreign, execId: 'x-other', lots: 2 })
        return tale
      },
    ],
    [
      'P2 fail',
      "an order's filled quantity is not the sum of its executions",
      () => {
        const tale = taleOf(nothing)
        truthOf(tale).orders[0]!.filledLots -= 1
        return tale
      },
    ],
    [
      'P3 fail',
      'a client order id is sent twice',
      () => {
        const tale = taleOf(nothing)
        const line = tale.find(({ type }) => type === 'order.submitted')!
        tale.splice(tale.indexOf(line) + 1, 0, structuredClone(line))
        return tale
      },
    ],
    [
      'P3 fail',
      'the venue accepts a client order id twice',
      () => {
        const tale = taleOf(nothing)
        const { orders } = truthOf(tale)
        orders.push({ ...orders[0]!, venueOrderId: 'v-again', filledLots: 0, status: 'Cancelled' })
        return tale
      },
    ],
    [
      'P3 fail',
      'the venue has an order of this run that was never meant',
      () => {
        const tale = taleOf(nothing)
        const { orders } = truthOf(tale)
        orders.push({
          ...orders[0]!,
          venueOrderId: 'v-x',
          clientId: `${RUN_ID}-t8-0`,
          filledLots: 0,
          status: 'Cancelled',
        })
        return tale
      },
    ],
    [
      'P3 fail',
      'the venue has more lots than were meant',
      () => {
        const tale = taleOf(nothing)
        truthOf(tale).orders[0]!.lots += 1
        return tale
      },
    ],
    [
      'P3 fail',
      'an acknowledged order is not in the venue’s books',
      () => {
        const tale = taleOf((story) =>
          story.cancel(story.submit({ tradeId: 't2', atMs: 5_100, leg: 'long', lots: 1 }), 5_110),
        )
        truthOf(tale).orders.pop()
        return tale
      },
    ],
    [
      'P4 fail',
      'a fill reaches our books after the recovery bound',
      () =>
        taleOf((story) => {
          const [long, short] = (['long', 'short'] as const).map((leg) =>
            story.submit({ tradeId: 't9', atMs: 9_000, leg, lots: 2 }),
          )
          story.fill(long!, 9_003, 2, 3_001)
          story.fill(short!, 9_003, 2)
          const exits = (['long', 'short'] as const).map((leg) =>
            story.submit({ tradeId: 't9', atMs: 13_000, leg, purpose: 'exit', lots: 2 }),
          )
          for (const exit of exits) story.fill(exit, 13_003, 2)
          story.flat('t9', 13_010)
        }),
    ],
    [
      'P4 fail',
      'a fill is in our books with another price',
      () => {
        const tale = taleOf(nothing)
        dataOf(tale, 'order.filled')[0]!.priceTicks += 1
        return tale
      },
    ],
    [
      'P5 fail',
      'an order of ours is still open',
      () =>
        taleOf((story) => void story.submit({ tradeId: 't2', atMs: 5_100, leg: 'long', symbol: 'ETHUSDT', lots: 1 })),
    ],
    [
      'P5 fail',
      'a hedged pair is left behind and nobody says so',
      () =>
        taleOf((story) => {
          for (const leg of ['long', 'short'] as const) {
            story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg, lots: 2 }), 9_003, 2)
          }
        }),
    ],
    [
      'P6 fail',
      'the survivor is taken off after the close budget',
      () => taleOf((story) => failedTrade(story, { tradeId: 't9', atMs: 9_000, closesAfterMs: 1_001 })),
    ],
    [
      'P6 fail',
      'the failure is noticed too late',
      () => taleOf((story) => failedTrade(story, { tradeId: 't9', atMs: 9_000, noticedAfterMs: 51 })),
    ],
    [
      'P7 fail',
      'a reducing order asks for one lot more than is held',
      () => {
        const tale = taleOf(nothing)
        const intent = dataOf(tale, 'order.submitted').find(({ purpose }) => purpose === 'exit')!
        intent.lots += 1
        const row = truthOf(tale).orders.find(({ clientId }) => clientId === intent.clientId)!
        row.lots += 1
        row.status = 'Cancelled'
        return tale
      },
    ],
    [
      'P7 fail',
      'two reducing orders ask for the same lots at once',
      () =>
        taleOf((story) => {
          failedTrade(story, { tradeId: 't9', atMs: 9_000, closesAfterMs: 400 })
          const again = story.submit({ tradeId: 't9', atMs: 9_100, leg: 'long', purpose: 'unwind', lots: 1 })
          story.cancel(again, 9_200)
        }),
    ],
    [
      'P8 fail',
      'one order is worth more than the limit',
      () => {
        const tale = taleOf(nothing)
        dataOf(tale, 'order.submitted')[0]!.notionalUsd = 5_000.01
        return tale
      },
    ],
    [
      'P8 fail',
      'a leg of one trade is worth more than the limit, by its executions',
      () => taleOf((story) => hedgedTrade(story, { tradeId: 't9', atMs: 9_000 }), { bounds: { maxNotionalUsd: 99 } }),
    ],
    ['P8 fail', 'more trades at once than allowed', () => taleOf(nothing, { bounds: { maxConcurrentTrades: 1 } })],
    [
      'P8 fail',
      'two trades on one symbol at once',
      () =>
        taleOf((story) => {
          hedgedTrade(story, { tradeId: 't8', atMs: 9_000 })
          hedgedTrade(story, { tradeId: 't9', atMs: 9_100 })
        }),
    ],
    [
      'P9 fail',
      'our books differ from the venue’s at a quiet point',
      () => {
        const tale = taleOf(nothing)
        dataOf(tale, 'books.compared')[0]!.ours.push({ symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 1 })
        return tale
      },
    ],
    ['P10 unknown', 'a planned fault never fired', () => taleOf(nothing, { plannedFaults: [FAULT, 'lose the reply'] })],
  ]
  test.each(cases)('%s: %s', (verdict, _, tell) => {
    expect(broken(tell())).toEqual([verdict])
  })
})

describe('a trade that was halted', () => {
  /** Long stays on with 6 of 10 lots; the journal says so with `saidLots`. */
  const halted = (saidLots: number): TaleLine[] =>
    taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 10 })
      story.fill(long, 9_003, 10)
      const unwind = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 10 })
      story.fill(unwind, 9_013, 4)
      story.cancel(unwind, 9_013)
      story.halt('t9', 9_020, saidLots, 0)
    })

  test('with exactly the amount that the venue shows fails the run, and nothing but the naked bound', () => {
    expect(broken(halted(6))).toEqual(['P1 fail'])
    expect(summaryOf(halted(6), 'P1')).toContain('halted with exactly 6 lots (60 USD) naked')
  })

  test('with another amount leaves a position that nobody explains', () => {
    expect(broken(halted(5))).toEqual(['P1 fail', 'P5 fail'])
    expect(summaryOf(halted(5), 'P1')).toContain('but the journal says halted with 5')
    expect(summaryOf(halted(5), 'P5')).toContain('6 lots, the journal names 5')
  })

  test('without a word breaks both promises', () => {
    const tale = halted(6).filter(({ type }) => type !== 'trade.halted')
    expect(broken(tale)).toEqual(['P1 fail', 'P5 fail'])
  })

  test('and then swept within the bound ends even', () => {
    const tale = taleOf((story) => {
      story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 10 }), 9_003, 10)
      story.halt('t9', 9_020, 10, 0)
      const sweep = story.submit({
        tradeId: 'sweep',
        atMs: 9_100,
        leg: 'long',
        purpose: 'unwind',
        lots: 10,
        closeAll: true,
      })
      story.fill(sweep, 9_103, 10)
    })
    expect(broken(tale)).toEqual([])
  })
})

describe('a pair left open at the end', () => {
  const leftOpen = (nakedLots: number): TaleLine[] => {
    const tale = taleOf((story) => {
      for (const leg of ['long', 'short'] as const) {
        story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg, lots: 2 }), 9_003, 2)
      }
    })
    dataOf(tale, 'run.finished')[0]!.tradesLeftOpen.push({ tradeId: 't9', symbol: 'BTCUSDT', nakedLots })
    return tale
  }

  test('and named by the run is explained', () => {
    expect(broken(leftOpen(0))).toEqual([])
  })

  test('and named with a naked amount that it does not have is not', () => {
    expect(broken(leftOpen(1))).toEqual(['P5 fail'])
  })
})

describe('fills', () => {
  test('that never reach our books break no-lost-fill, and the final books disagree', () => {
    const tale = taleOf(nothing)
    tale.splice(
      tale.findIndex(({ type }) => type === 'order.filled'),
      1,
    )
    expect(broken(tale)).toEqual(['P4 fail', 'P9 fail'])
  })

  test('that the venue does not know break no-lost-fill, and the final books disagree', () => {
    const tale = taleOf(nothing)
    const invented = structuredClone(tale.find(({ type }) => type === 'order.filled')!)
    tale.splice(-2, 0, invented)
    dataOf([invented], 'order.filled')[0]!.execId = 'x-invented'
    expect(broken(tale)).toEqual(['P4 fail', 'P9 fail'])
  })

  test('booked twice break no-lost-fill, and the final books disagree', () => {
    const tale = taleOf(nothing)
    const line = tale.find(({ type }) => type === 'order.filled')!
    tale.splice(tale.indexOf(line), 0, structuredClone(line))
    expect(broken(tale)).toEqual(['P4 fail', 'P9 fail'])
  })
})

test('an order that a fault shrank on the wire is what was meant', () => {
  const tell = (applied: boolean): TaleLine[] => {
    const tale = taleOf((story) => {
      const clientId = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 4 })
      story.cancel(clientId, 9_100)
      const fault = {
        name: FAULT,
        party: 'rest-request',
        op: 'create',
        verdict: 'shrink to 0.5',
        occurrence: 1,
        clientId,
      }
      if (applied) story.write('fault.applied', 9_000, fault, 'faults')
    })
    truthOf(tale).orders.at(-1)!.lots = 2
    return tale
  }
  expect(broken(tell(true))).toEqual([])
  expect(broken(tell(false))).toEqual(['P3 fail'])
})

describe('the rate of creates', () => {
  /** Ten creates, then one more after so long; cancelled at once, each for its own finished trade. */
  const burst = (lastAfterMs: number): TaleLine[] =>
    taleOf((story) => {
      const atMs = [0, 0, 0, 0, 0, 990, 990, 990, 990, 990, lastAfterMs]
      for (const after of atMs) {
        const clientId = story.submit({ tradeId: 't2', symbol: 'ETHUSDT', atMs: 9_900 + after, leg: 'long', lots: 1 })
        story.cancel(clientId, 9_900 + after + 2)
      }
      story.flat('t2', 12_000)
    })

  test('counts a burst that straddles two calendar seconds', () => {
    expect(broken(burst(999))).toEqual(['P8 fail'])
    expect(summaryOf(burst(999), 'P8')).toContain('creates per second: 11 orders, more than 10')
  })

  test('forgets a create after exactly one second', () => {
    expect(broken(burst(1_000))).toEqual([])
  })
})

describe('within one millisecond of the venue’s clock', () => {
  test('what opened counts as opened before the reducing order arrived', () => {
    const tale = taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 3 })
      const close = story.submit({ tradeId: 't9', atMs: 9_002, leg: 'long', purpose: 'unwind', lots: 3 })
      story.fill(long, 9_003, 3)
      story.fill(close, 9_003, 3)
      story.flat('t9', 9_010)
    })
    expect(broken(tale)).toEqual([])
  })

  test('a reducing order that ended leaves the rest to the next', () => {
    const tale = taleOf((story) => {
      const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 3 })
      story.fill(long, 9_001, 3)
      const first = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 3 })
      story.fill(first, 9_011, 1)
      story.cancel(first, 9_011)
      const second = story.submit({ tradeId: 't9', atMs: 9_010, leg: 'long', purpose: 'unwind', lots: 2 })
      story.fill(second, 9_012, 2)
      story.flat('t9', 9_020)
    })
    expect(broken(tale)).toEqual([])
  })
})

describe('an emergency close', () => {
  test('of a leg whose other order was never answered is timed from the deadline of that submit', () => {
    const tell = (closeMs: number): TaleLine[] =>
      taleOf((story) => {
        const long = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 })
        const short = story.submit({ tradeId: 't9', atMs: 9_000, leg: 'short', lots: 2, arrives: false })
        story.fill(long, 9_003, 2)
        const askedVenueMs = START_VENUE_MS + 10_260
        story.write('order.absent', 10_262, { tradeId: 't9', clientId: short, askedVenueMs })
        story.write('trade.failed', 10_263, { tradeId: 't9', reason: 'short-absent', dueUs: 15_262_000 })
        const unwind = story.submit({ tradeId: 't9', atMs: 10_264, leg: 'long', purpose: 'unwind', lots: 2 })
        story.fill(unwind, closeMs, 2)
        story.flat('t9', closeMs + 2)
      })
    expect(broken(tell(11_250))).toEqual([])
    expect(broken(tell(11_251))).toEqual(['P6 fail'])
    expect(summaryOf(tell(11_251), 'P6')).toContain('1001 ms by the venue')
  })

  test('that never happened fails', () => {
    const tale = taleOf((story) => {
      story.fill(story.submit({ tradeId: 't9', atMs: 9_000, leg: 'long', lots: 2 }), 9_003, 2)
      story.write('trade.failed', 9_010, { tradeId: 't9', reason: 'short-refused', dueUs: 14_009_000 })
      story.halt('t9', 9_500, 2, 0)
    })
    expect(broken(tale)).toEqual(['P1 fail', 'P6 fail'])
    expect(summaryOf(tale, 'P6')).toContain('never closed at the venue')
  })
})

describe('what cannot be judged is unknown, never green', () => {
  const all = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'].map((promise) => `${promise} unknown`)

  test('a journal without its end', () => {
    expect(broken(taleOf(nothing).filter(({ type }) => type !== 'run.finished'))).toEqual(all)
  })

  test('a journal that lost a line', () => {
    const tale = taleOf(nothing)
    const run = runOf(tale)
    expect(checkJournal({ ...run, complete: false }).every(({ verdict }) => verdict === 'unknown')).toBe(true)
  })

  test('a journal without the venue’s own books', () => {
    const tale = taleOf(nothing).filter(({ type }) => type !== 'venue.truth')
    expect(broken(tale)).toEqual(all.slice(0, 9))
  })

  test('promises that are relative to a baseline that is missing', () => {
    const tale = taleOf(nothing).filter(({ type }) => type !== 'run.baseline')
    expect(broken(tale)).toEqual(['P2 unknown', 'P5 unknown', 'P9 unknown'])
  })

  test('amounts on an instrument that the journal does not name', () => {
    const tale = taleOf(nothing)
    dataOf(tale, 'run.started')[0]!.instruments.shift()
    expect(broken(tale)).toEqual(['P8 unknown'])
  })
})

test('other people’s orders and executions on our symbols are none of our business', () => {
  const tale = taleOf(nothing)
  const truth = truthOf(tale)
  const theirs = { symbol: 'SOLUSDT', clientId: 'web-1', venueOrderId: 'v-web', idx: 1, side: 'buy' } as const
  truth.orders.push({ ...truth.orders[0]!, ...theirs, status: 'New', lots: 9, filledLots: 2 })
  truth.executions.push({ ...truth.executions[0]!, ...theirs, execId: 'x-web', lots: 2 })
  truth.positions.find(({ symbol }) => symbol === 'SOLUSDT')!.lots += 2
  expect(broken(tale)).toEqual([])
})
