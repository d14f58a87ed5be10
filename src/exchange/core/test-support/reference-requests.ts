/**
 * Random sessions of the core and the naive venue: what several accounts ask for, one after the other.
 */
import fc from 'fast-check'
import type { Request } from './reference-world.ts'

const by = fc.integer({ min: 0, max: 2 })
/** The bounds of a price, the band's edges, and beyond. */
const edges = fc.constantFrom(9_799, 9_800, 9_899, 9_900, 10_100, 10_101, 10_200, 10_201)
const ticks = fc.oneof({ weight: 15, arbitrary: fc.integer({ min: 9_992, max: 10_008 }) }, edges)
const lots = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 5, max: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 2, 4, 50, 51, 70, 71) },
)
const oneIn = (n: number): fc.Arbitrary<boolean> => fc.integer({ min: 0, max: n - 1 }).map((draw) => draw === 0)
const smp = fc.oneof(
  { weight: 3, arbitrary: fc.constant('None' as const) },
  { weight: 1, arbitrary: fc.constantFrom('CancelMaker', 'CancelTaker', 'CancelBoth') },
)

/** Most orders rest at one of a few prices behind the touch, so that queues form; the others cross it. */
const offsets = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 6, arbitrary: fc.integer({ min: -10, max: -1 }) },
)

const create: fc.Arbitrary<Request> = fc.record({
  do: fc.constant('create' as const),
  by,
  isBuy: fc.boolean(),
  isMarket: oneIn(12),
  tif: fc.oneof(
    { weight: 9, arbitrary: fc.constant('GTC' as const) },
    { weight: 3, arbitrary: fc.constantFrom('IOC', 'FOK', 'PostOnly') },
  ),
  price: fc.oneof(
    { weight: 19, arbitrary: offsets.map((behind) => ({ behind })) },
    edges.map((at) => ({ at })),
  ),
  lots,
  closes: oneIn(8),
  isWrongIdx: oneIn(25),
  reduceOnly: oneIn(10),
  closeOnTrigger: oneIn(25),
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
export const sessions: fc.Arbitrary<readonly Request[]> = fc
  .record({
    /** Modes can be chosen only while nothing is open, so mostly they are chosen first. */
    hedged: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    steps: fc.array(
      fc.oneof(
        { weight: 40, arbitrary: create },
        { weight: 16, arbitrary: amend },
        { weight: 4, arbitrary: cancel },
        { weight: 1, arbitrary: cancelAll },
        { weight: 1, arbitrary: switchMode },
      ),
      { minLength: 1, maxLength: 30, size: 'max' },
    ),
  })
  .map(({ hedged, steps }): Request[] => [
    ...hedged.flatMap((isHedge, at): Request[] => (isHedge ? [{ do: 'switchMode', by: at, isHedge }] : [])),
    ...steps,
  ])
