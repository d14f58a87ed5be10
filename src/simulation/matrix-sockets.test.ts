/**
 * One cell of every row of the matrix over real sockets: the runtime as it is, with undici and `ws`, and the mock venue with
 * the cell's plan at its own door, one after another, since promises have bounds in time. The simulation plays all cells; these show that its wire is no kinder than the real one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { judgeRun } from '../aftermath.ts'
import { withVenue } from '../config.ts'
import { startExchange } from '../exchange/server.ts'
import { control } from '../exchange/spawn.ts'
import { openVenueFaults } from '../exchange/venue-faults.ts'
import { openJournal } from '../journal/append.ts'
import { createRuntime } from '../runtime.ts'
import { systemClock as clock } from '../seams/clock.ts'
import { allCells, type Cell, type CellResult, impossible, judgeCell, nameOf, OUTCOMES, scheduleOf } from './matrix.ts'
import { schedule } from './test-support/schedules.ts'

/** Legs, streams and policies in turn, so that the rows together meet each of them; a question needs a silent or lost stream. */
const REPRESENTATIVES: readonly Cell[] = OUTCOMES.flatMap((outcome, at): Cell[] => {
  const leg = (['long', 'short', 'both'] as const)[at % 3]!
  const [policy, other] = at % 2 === 0 ? (['unwind', 'hedge'] as const) : (['hedge', 'unwind'] as const)
  return [
    { operation: 'place', outcome, leg, policy, stream: (['up', 'silent', 'down'] as const)[at % 3]! },
    { operation: 'cancel', outcome, leg, policy: other, stream: (['silent', 'up', 'up'] as const)[at % 3]! },
    { operation: 'query', outcome, leg, policy, stream: at % 2 === 0 ? 'silent' : 'down' },
  ]
})

const rowOf = ({ operation, outcome }: Cell): string => `${operation}: ${outcome}`

test('no row that can happen is without a representative, nor any leg, stream or policy', () => {
  const possible = allCells().filter((cell) => impossible(cell) === null)
  expect(new Set(REPRESENTATIVES.map(rowOf))).toEqual(new Set(possible.map(rowOf)))
  for (const cell of REPRESENTATIVES) expect(impossible(cell), nameOf(cell)).toBeNull()
  for (const of of ['leg', 'stream', 'policy'] as const) {
    expect(new Set(REPRESENTATIVES.map((cell) => cell[of])), of).toEqual(new Set(possible.map((cell) => cell[of])))
  }
})

test.for(REPRESENTATIVES.map((cell) => [nameOf(cell), cell] as const))(
  'over real sockets, %s',
  { timeout: 60_000 },
  async ([, cell]) => {
    const result = await played(cell)
    expect(result).toMatchObject({ broken: [], end: expect.stringMatching(/^(hedged|flat)$/) })
  },
)

async function played(cell: Cell): Promise<CellResult> {
  const { world, config, faults, changes = [] } = scheduleOf(cell, schedule({}, { TOPOLOGY: 'inline' }))
  const folder = mkdtempSync(join(tmpdir(), 'matrix-'))
  const path = join(folder, 'journal.jsonl')
  try {
    const door = openVenueFaults({ plan: faults, clock, journalPath: path })
    await using exchange = await startExchange({ world, faults: door, adminPort: 0 })
    for (const { change } of changes) await control(exchange.adminUrl!, change)
    const { restUrl, publicUrl, privateUrl, apiKey, apiSecret } = exchange
    const venue = { rest: restUrl, publicStream: publicUrl, privateStream: privateUrl, apiKey, apiSecret }
    const here = withVenue(config, venue)
    const journal = openJournal({ path, by: 'runtime', clock, secrets: [apiKey, apiSecret] })
    const runtime = createRuntime({
      config: here,
      clock,
      journal,
      plannedFaults: door.planned,
      pins: false,
      print() {},
    })
    await runtime.start()
    await runtime.finished
    journal.close()
    return judgeCell(cell, await judgeRun(here, path, exchange.adminUrl))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
