import { describe, expect, test } from 'vitest'
import { parseJournal, readJournal } from './read.ts'
import { linesOf } from './run.ts'
import { RUN_ID, runOf, Story, textOf } from './test-support/story.ts'
import { failedTrade, hedgedTrade } from './test-support/trades.ts'

function tell(): Story {
  const story = new Story({ plannedFaults: ['lose it'] })
  hedgedTrade(story, { tradeId: 't1', atMs: 100 })
  failedTrade(story, { tradeId: 't2', atMs: 2_000 })
  return story
}

const whole = (): string => textOf(tell().tale(20_000))

test('a whole journal is complete and holds what was written', () => {
  const run = parseJournal(whole(), 'a.jsonl')
  expect(run).toMatchObject({ path: 'a.jsonl', complete: true, torn: false, problems: [], unknownTypes: {} })
  expect(run.started?.data.runId).toBe(RUN_ID)
  expect(run.baseline?.data.positions).toEqual([])
  expect(run.finished?.data.exitCode).toBe(0)
  expect(run.truth?.by).toBe('harness')
  expect(run.faults.planned).toEqual(['lose it'])
})

test('trades are grouped with their orders, fills and phases', () => {
  const { trades } = runOf(tell().tale(20_000))
  expect([...trades.keys()]).toEqual(['t1', 't2'])
  const t1 = trades.get('t1')!
  expect(t1).toMatchObject({ symbol: 'BTCUSDT', phase: 'flat', failed: null, halted: null })
  expect(t1.orders.map(({ clientId, fills }) => [clientId, fills.length])).toEqual([
    [`${RUN_ID}-t1-0`, 2],
    [`${RUN_ID}-t1-1`, 1],
    [`${RUN_ID}-t1-2`, 1],
    [`${RUN_ID}-t1-3`, 1],
  ])
  expect(t1.fills).toHaveLength(5)
  const t2 = trades.get('t2')!
  expect(t2.failed?.data.reason).toBe('short-refused')
  expect(t2.orders[1]).toMatchObject({ acknowledged: null, refused: { data: { code: 110007 } } })
})

test('streams, faults, metrics and comparisons are grouped', () => {
  const story = tell()
  story.write('stream.opened', 50, { stream: 'public', attempt: 1 }, 'feed')
  story.write('stream.gap', 60, { stream: 'private', fromUs: 1, toUs: 2 })
  story.write('frame.refused', 61, { stream: 'public', why: 'no JSON', sample: '{' }, 'feed')
  const fault = { name: 'lose it', party: 'rest-reply', op: 'create', verdict: 'drop', occurrence: 1, clientId: null }
  story.write('fault.applied', 70, fault, 'faults')
  const stage = { count: 0, p50Us: null, p95Us: null, p99Us: null, p999Us: null, maxUs: null, hdr: '' }
  const stages = { socketToRing: stage, ringToStrategy: stage, detection: stage, placement: stage, endToEnd: stage }
  for (const elapsedMs of [1, 2]) {
    const rest = { counters: {}, skips: {}, stages, ringGapMaxUs: 5, rssMb: 80, strategyCpuPercent: 4 }
    story.write('metrics.snapshot', 80 + elapsedMs, { elapsedMs, ...rest })
  }
  story.compare(5_000)
  const run = runOf(story.tale(20_000))
  expect(run.problems).toEqual([])
  expect(run.streams.map(({ type }) => type)).toEqual(['stream.opened', 'stream.gap'])
  expect(run.faults.applied.map(({ data }) => data.name)).toEqual(['lose it'])
  expect(run.metrics.series).toHaveLength(2)
  expect(run.metrics.last?.elapsedMs).toBe(2)
  expect(run.compared).toHaveLength(1)
  expect(linesOf(run, 'frame.refused')[0]?.data.why).toBe('no JSON')
})

test('lines of several writers are put in the order of time', () => {
  const story = tell()
  story.write('stream.opened', 50, { stream: 'public', attempt: 1 }, 'feed')
  const run = runOf(story.tale(20_000))
  const at = run.events.map((event) => event.at)
  expect(at).toEqual(at.toSorted((a, b) => a - b))
  expect(run.events[2]?.type).toBe('stream.opened')
})

describe('a journal that is not whole says what is wrong, and is not complete', () => {
  const problemsOf = (text: string): string[] => {
    const run = parseJournal(text, 'a.jsonl')
    expect(run.complete).toBe(false)
    return run.problems.map(({ line, what }) => `${line}: ${what}`)
  }
  const lines = whole().split('\n')
  const without = (index: number): string => lines.toSpliced(index, 1).join('\n')
  const replaced = (index: number, line: string): string => lines.toSpliced(index, 1, line).join('\n')

  test('a torn last line', () => {
    const text = `${whole()}{"seq":99,"at":`
    expect(parseJournal(text, 'a').torn).toBe(true)
    expect(problemsOf(text)).toEqual([`${lines.length}: the last line is torn: its end was never written`])
    expect(parseJournal(text, 'a').events).toHaveLength(lines.length - 1)
  })

  test('a line in the middle that is no JSON, by its number', () => {
    expect(problemsOf(replaced(4, '{"seq":5,'))).toContain('5: not JSON: {"seq":5,')
  })

  test('a line that is no journal line', () => {
    expect(problemsOf(replaced(4, '{"seq":0,"at":1,"by":"me","type":"x"}'))[0]).toMatch(
      /^5: not a journal line: seq: .*by: /,
    )
  })

  test('a known type with a wrong field, by type and field', () => {
    const line = lines.find((each) => each.includes('order.filled'))!
    const index = lines.indexOf(line)
    expect(problemsOf(replaced(index, line.replace(/"lots":\d+/, '"lots":"2"')))).toEqual([
      expect.stringMatching(new RegExp(`^${index + 1}: order.filled: lots: `)),
      // What could not be believed is as good as lost.
      expect.stringMatching(/of writer runtime is missing$/),
    ])
  })

  test('an instrument step that is no decimal', () => {
    expect(problemsOf(replaced(0, lines[0]!.replace('"tick":"1"', '"tick":"0"')))[0]).toMatch(
      /^1: run.started: .*tick: must be/,
    )
  })

  test('a line that is missing, by its number and writer', () => {
    expect(problemsOf(without(7))).toEqual(['null: line 8 of writer runtime is missing'])
  })

  test('no end', () => {
    const cut = lines.findIndex((line) => line.includes('run.finished'))
    expect(problemsOf(`${lines.slice(0, cut).join('\n')}\n`)).toEqual([
      'null: run.finished is missing: the journal is cut off',
    ])
  })

  test('nothing at all', () => {
    expect(problemsOf('')).toEqual(['null: run.started is missing', expect.stringContaining('run.finished is missing')])
  })

  test('two runs in one file', () => {
    expect(problemsOf(whole() + whole())).toContain('null: holds 2 runs; a journal holds one')
  })
})

test('a writer may open the journal again, or number its threads apart', () => {
  const line = (seq: number): string =>
    JSON.stringify({ seq, at: 6_000_000, by: 'faults', type: 'run.warned', data: { message: '' } })
  const text = `${whole()}${[1, 2, 1, 2_000_001, 2_000_002].map(line).join('\n')}\n`
  expect(parseJournal(text, 'a').problems).toEqual([])
  const gap = `${whole()}${[1, 2, 2_000_001, 2_000_003].map(line).join('\n')}\n`
  expect(parseJournal(gap, 'a').problems.map(({ what }) => what)).toEqual(['line 2000002 of writer faults is missing'])
})

test('lines of unknown types are kept and counted, and do no harm', () => {
  const unknown = JSON.stringify({ seq: 1, at: 6_000_000, by: 'harness', type: 'toString', data: { a: 1 } })
  const run = parseJournal(
    `${unknown}\n${whole().replace('"seq":1,"at":25010000,"by":"harness"', '"seq":2,"at":25010000,"by":"harness"')}`,
    'a',
  )
  expect(run.problems).toEqual([])
  expect(run.complete).toBe(true)
  expect(run.unknownTypes).toEqual({ toString: 1 })
  expect(run.unknownLines[0]?.data).toEqual({ a: 1 })
})

test('a file that does not exist throws', () => {
  expect(() => readJournal('/nowhere/at/all.jsonl')).toThrow(/ENOENT/)
})
