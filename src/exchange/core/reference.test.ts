/**
 * The core against a naive venue written from the rules alone: random requests, everything compared after each.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pair } from './test-support/reference.ts'
import type { Request } from './test-support/reference-world.ts'

const RUNS = 2_000
/** About 15 s by itself; more when the machine is busy. */
const TIMEOUT_MS = 180_000
/** Both are printed when a run fails: REFERENCE_SEED=n REFERENCE_PATH=a:b vitest … */
const SEED = process.env['REFERENCE_SEED']
const REPLAY = process.env['REFERENCE_PATH']

const by = fc.integer({ min: 0, max: 2 })
/** Most prices are around the touch (9,998 and 10,002), some at the band's edges and beyond. */
const ticks = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 9_990, max: 10_010 }) },
  { weight: 1, arbitrary: fc.constantFrom(9_799, 9_800, 9_899, 9_900, 10_100, 10_101, 10_200, 10_201) },
)
const lots = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 5, max: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 2, 4, 50, 51, 70, 71) },
)
const rarely = fc.integer({ min: 0, max: 19 }).map((draw) => draw === 0)
const smp = fc.oneof(
  { weight: 3, arbitrary: fc.constant('None' as const) },
  { weight: 1, arbitrary: fc.constantFrom('CancelMaker', 'CancelTaker', 'CancelBoth') },
)

const create: fc.Arbitrary<Request> = fc.record({
  do: fc.constant('create' as const),
  by,
  isBuy: fc.boolean(),
  isMarket: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 0),
  tif: fc.oneof(
    { weight: 4, arbitrary: fc.constant('GTC' as const) },
    { weight: 3, arbitrary: fc.constantFrom('IOC', 'FOK', 'PostOnly') },
  ),
  ticks,
  lots,
  leg: fc.constantFrom(1, 2),
  isWrongIdx: rarely,
  reduceOnly: fc.integer({ min: 0, max: 3 }).map((draw) => draw === 0),
  closeOnTrigger: rarely,
  smp,
  name: fc.oneof({ weight: 19, arbitrary: fc.constant('new' as const) }, fc.constant('used' as const)),
})
const which = fc.integer({ min: -3, max: 12 })
const amend: fc.Arbitrary<Request> = fc.record({
  do: fc.constant('amend' as const),
  by,
  which,
  ticks: fc.oneof(ticks, fc.constant(null)),
  lots: fc.oneof(lots, fc.constant(null)),
})
const cancel: fc.Arbitrary<Request> = fc.record({ do: fc.constant('cancel' as const), by, which })
const cancelAll: fc.Arbitrary<Request> = fc.record({ do: fc.constant('cancelAll' as const), by })
const switchMode: fc.Arbitrary<Request> = fc.record({
  do: fc.constant('switchMode' as const),
  by,
  isHedge: fc.boolean(),
})
const requests = fc
  .record({
    /** Modes can be chosen only while nothing is open, so mostly they are chosen first. */
    hedged: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    steps: fc.array(
      fc.oneof(
        { weight: 14, arbitrary: create },
        { weight: 4, arbitrary: amend },
        { weight: 2, arbitrary: cancel },
        { weight: 1, arbitrary: cancelAll },
        { weight: 1, arbitrary: switchMode },
      ),
      { minLength: 1, maxLength: 40, size: 'max' },
    ),
  })
  .map(({ hedged, steps }): Request[] => [
    ...hedged.flatMap((isHedge, at): Request[] => (isHedge ? [{ do: 'switchMode', by: at, isHedge }] : [])),
    ...steps,
  ])

test(
  `in ${RUNS} random sessions the core and a naive venue give the same codes, fills, queues, positions and cash`,
  () => {
    const codes = new Map<number, number>()
    const fills = { all: 0 }
    fc.assert(
      fc.property(requests, (session) => {
        const pair = new Pair()
        for (const request of session) {
          const code = pair.step(request)
          codes.set(code, (codes.get(code) ?? 0) + 1)
        }
        pair.sweep()
        fills.all += pair.naive.fills.length
      }),
      {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        ...(REPLAY === undefined ? {} : { path: REPLAY }),
      },
    )
    // The sessions must trade, and meet every refusal there is.
    const met = [...codes.keys()].toSorted((one, other) => one - other)
    expect(met).toEqual([
      0, 10001, 110001, 110003, 110017, 110022, 110024, 110025, 110028, 110064, 110072, 110094, 110118,
    ])
    expect(fills.all).toBeGreaterThan(RUNS * 10)
  },
  TIMEOUT_MS,
)
