import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPremiumMean } from './premium.ts'

const START_MS = 1_767_225_600_000

test('the premium is the mean of the last hundred samples, 300 ms apart, of what held at each', () => {
  const notes = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.oneof(fc.nat(900), fc.nat(90_000))), {
    minLength: 1,
    maxLength: 80,
  })
  fc.assert(
    fc.property(notes, fc.nat(40_000), fc.nat(80), (steps, laterMs, readAfter) => {
      const mean = createPremiumMean()
      let atMs = START_MS + 1
      const held: { readonly ticks: number; readonly atMs: number }[] = []
      for (const [at, [ticks, gapMs]] of steps.entries()) {
        atMs += gapMs
        held.push({ ticks: ticks / 2, atMs })
        mean.note(ticks / 2, atMs)
        if (at === readAfter) mean.at(atMs)
      }
      const nowMs = atMs + laterMs
      let sum = 0
      const last = Math.ceil(nowMs / 300) - 1
      for (let sample = last; sample > last - 100; sample -= 1) {
        // What changes at the moment of a sample does not count for it any more.
        sum += held.filter((each) => each.atMs <= sample * 300).at(-1)?.ticks ?? 0
      }
      expect(mean.at(nowMs)).toBeCloseTo(sum / 100, 9)
    }),
    { numRuns: 500 },
  )
})
