import { expect, test } from 'vitest'
import { createBench, id } from './test-support/bench.ts'

test('what is sent, asked, cancelled and lost is counted, each once', async () => {
  const bench = createBench()
  await bench.open()
  bench.venue.fills(id(0), bench.venue.requests[0]!)
  bench.venue.take(id(1))
  bench.venue.lose(id(1))
  bench.venue.script = bench.venue.fills
  await bench.clock.pass(3_000)
  const calls = (what: string): number => bench.log.filter((entry) => entry.startsWith(what)).length
  expect([calls('submit'), calls('cancel'), calls('inquire')].every((count) => count > 0)).toBe(true)
  expect(bench.metrics.snapshot({ distributions: false }).counters).toMatchObject({
    ordersSubmitted: calls('submit'),
    cancellations: calls('cancel'),
    inquiries: calls('inquire'),
    unknownOutcomes: 1,
  })
})
