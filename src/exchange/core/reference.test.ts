/**
 * The core against a naive venue written from the rules alone: random requests, everything compared after each.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pair } from './test-support/reference.ts'
import { sessions } from './test-support/reference-requests.ts'

const RUNS = 2_000
/** About 20 s by itself; several times that when the machine is busy. */
const TIMEOUT_MS = 300_000
/** Both are printed when a run fails: REFERENCE_SEED=n REFERENCE_PATH=a:b vitest … */
const SEED = process.env['REFERENCE_SEED']
const REPLAY = process.env['REFERENCE_PATH']

test(
  `in ${RUNS} random sessions the core and a naive venue give the same codes, fills, queues, positions and cash`,
  () => {
    const codes = new Map<number, number>()
    const fills = { all: 0 }
    fc.assert(
      fc.property(sessions, (session) => {
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
