import { expect, test } from 'vitest'
import type { MatrixCell } from '../report/matrix.ts'
import { allCells, type CellResult, impossible, judgeCell, nameOf, scheduleOf } from './matrix.ts'
import { simulate } from './simulate.ts'
import { schedule } from './test-support/schedules.ts'

declare module 'vitest' {
  interface TaskMeta {
    matrix?: readonly MatrixCell[]
  }
}

/** Every cell, played once for both tests. */
const played = Promise.resolve().then(async () => {
  const base = schedule()
  const results: CellResult[] = []
  for (const cell of allCells()) {
    const why = impossible(cell)
    results.push(
      why === null ? judgeCell(cell, await simulate(scheduleOf(cell, base))) : { ...cell, end: 'impossible', why },
    )
  }
  return results
})

/**
 * 360 cells, the impossible ones listed by name. What every promise says of a cell is in `broken`; P3 among them says
 * that no client order id was sent or accepted twice, P1 that the trade was naked within its bound.
 */
test('whatever is unknown about a request: the pair ends hedged or flat, every promise holds', {
  timeout: 120_000,
}, async ({ task }) => {
  const results = await played
  task.meta.matrix = results
  expect(results).toHaveLength(360)
  expect(results.filter((result) => result.end === 'impossible')).toHaveLength(120)
  const wrong = results.filter((result) => result.end !== 'impossible' && result.broken.length > 0)
  expect(wrong.map((result) => nameOf(result))).toEqual([])
  const open = results.filter((result) => result.end === 'halted' || result.end === 'open')
  expect(open.map((result) => nameOf(result))).toEqual([])
})

test('the stream, a question by id, the look on a timer, and the proof that it never arrived: each resolves some cells', async () => {
  const ways = new Set<string>()
  for (const result of await played) {
    if (result.leg !== 'long' || result.policy !== 'unwind' || result.end === 'impossible') continue
    for (const way of result.resolvedBy) ways.add(way)
  }
  expect([...ways].toSorted()).toEqual(['absence proved', 'query', 'reconcile', 'stream'])
})
