import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseWorld, WorldError } from './world.ts'
import { readWorldFile } from './world-file.ts'

const calm = JSON.parse(readFileSync(new URL('../../fixtures/worlds/calm.json', import.meta.url), 'utf8')) as {
  instruments: { market: object }[]
}

/** The calm world with something else in its first market, or beside it. */
const worldWith = (market: object, rest: object = {}): object => {
  const [first, ...others] = structuredClone(calm.instruments)
  return { ...calm, ...rest, instruments: [{ ...first, market: { ...first!.market, ...market } }, ...others] }
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof WorldError) return error.problems
    throw error
  }
  return []
}

test('a script’s problems are all named at once, with place, value and what is allowed', () => {
  const steps = [
    { atMs: 100, bps: 1, midPrice: '60000.00' },
    { atMs: 100 },
    { atMs: 50, bps: -10_000 },
    { atMs: 60, levelLots: 0 },
    { atMs: 70, midPrice: '60000.05', extra: 1 },
  ]
  expect(problemsOf(() => parseWorld(worldWith({ path: { kind: 'steps', steps } })))).toEqual([
    'instruments.0.market.path.steps.0: may have bps or midPrice, not both',
    'instruments.0.market.path.steps.1: needs at least one of bps, midPrice, spreadTicks, levelLots',
    expect.stringMatching(/^instruments\.0\.market\.path\.steps\.2\.bps = -10000: .*>=-9900/),
    expect.stringMatching(/^instruments\.0\.market\.path\.steps\.3\.levelLots = 0: .*>=1/),
    expect.stringMatching(/^instruments\.0\.market\.path\.steps\.4: .*"extra"/),
    expect.stringMatching(/^instruments\.0\.market\.path\.steps: must be in order of atMs/),
  ])
})

test('a script’s prices lie on a tick, inside the instrument’s bounds', () => {
  const steps = [
    { atMs: 1, midPrice: '60000.05' },
    { atMs: 2, midPrice: '2000000.00' },
    { atMs: 3, bps: 100_000 },
    { atMs: 4, bps: -9_900 },
  ]
  const path = { kind: 'steps', steps }
  expect(problemsOf(() => parseWorld(worldWith({ path, midPrice: '200000.00' })))).toEqual([
    'instruments.0 (BTCUSDT).market.path.steps.0.midPrice = "60000.05": must be a multiple of tickSize',
    'instruments.0 (BTCUSDT).market.path.steps.1.midPrice = "2000000.00": must be between minPrice and maxPrice',
    'instruments.0 (BTCUSDT).market.path.steps.2.bps = 100000: the price must stay between minPrice and maxPrice',
  ])
})

test('an unknown kind of path is named with the kinds there are', () => {
  const [problem] = problemsOf(() => parseWorld(worldWith({ path: { kind: 'jump' } })))
  expect(problem).toMatch(/^instruments\.0\.market\.path\.kind = "jump": /)
  for (const kind of ['walk', 'steps', 'tape']) expect(problem).toContain(`'${kind}'`)
})

test('a tape’s rows are checked against the instrument and against one another', () => {
  const rows = [
    { atMs: 5, bid: '60000.05', ask: '60000.10' },
    { atMs: 6, bid: '60000.00', ask: '60000.00', bidSize: '0.0005' },
    { atMs: 7, bid: '0.05', ask: '3000000.00' },
  ]
  const where = 'instruments.0 (BTCUSDT).market.path.rows'
  expect(problemsOf(() => parseWorld(worldWith({ path: { kind: 'tape', rows } })))).toEqual([
    `${where}.0.atMs = 5: must be 0`,
    `${where}.0.bid = "60000.05": must be a multiple of tickSize`,
    `${where}.1.ask = "60000.00": must be above bid = "60000.00"`,
    `${where}.1.bidSize = "0.0005": must be a multiple of qtyStep`,
    `${where}.2.bid = "0.05": must be a multiple of tickSize`,
    `${where}.2.ask = "3000000.00": must be between minPrice and maxPrice`,
  ])
})

test('of a tape that is wrong throughout the first problems are named and the rest counted', () => {
  const rows = Array.from({ length: 500 }, (_, at) => ({ atMs: at, bid: '60000.05', ask: '60000.10' }))
  const problems = problemsOf(() => parseWorld(worldWith({ path: { kind: 'tape', rows } })))
  expect(problems).toHaveLength(21)
  expect(problems.at(-1)).toBe('instruments.0 (BTCUSDT).market.path.rows: and 480 problems more')
})

test('a world parsed without its tape’s file says what reads it', () => {
  const path = { kind: 'tape', file: 'one.jsonl' }
  expect(problemsOf(() => parseWorld(worldWith({ path })))).toEqual([
    'instruments.0 (BTCUSDT).market.path.file = "one.jsonl": a tape needs its rows; readWorldFile reads a file into them',
  ])
})

/** A folder with a world and its tapes, and what reading it gives. */
function folderWith(world: object, tapes: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'worlds-'))
  for (const [name, text] of Object.entries(tapes)) writeFileSync(join(folder, name), text)
  writeFileSync(join(folder, 'world.json'), JSON.stringify(world))
  return join(folder, 'world.json')
}

test('a tape’s file is found beside its world and read line by line', () => {
  const lines = [
    '{"atMs":0,"bid":"60000.00","ask":"60000.10"}',
    '',
    '{"atMs":40,"bid":"60000.10","ask":"60000.20"}',
    '',
  ]
  const path = { kind: 'tape', file: 'one.jsonl', end: 'loop' }
  const world = readWorldFile(folderWith(worldWith({ path }), { 'one.jsonl': lines.join('\n') }))
  expect(world.instruments[0]!.market.path).toEqual({
    ...path,
    rows: [
      { atMs: 0, bid: '60000.00', ask: '60000.10' },
      { atMs: 40, bid: '60000.10', ask: '60000.20' },
    ],
  })
})

test('what is wrong with tapes and what is wrong with the world beside them is named together', () => {
  const where = (at: number, name: string): string => `instruments.${at}.market.path.file = "${name}"`
  const tape = (file: string, more: object = {}): object => ({
    ...calm.instruments[0],
    market: { midPrice: '60000.00', updatesPerSecond: 1, volatilityBps: 0, path: { kind: 'tape', file, ...more } },
  })
  const world = {
    ...calm,
    seed: '',
    instruments: [tape('gone.jsonl'), tape('bad.jsonl'), tape('both.jsonl', { rows: [] })],
  }
  const file = folderWith(world, { 'bad.jsonl': '{"atMs":0}\nnot json\n{' })
  expect(problemsOf(() => readWorldFile(file))).toEqual([
    `${where(0, 'gone.jsonl')}: cannot be read (ENOENT)`,
    `${where(1, 'bad.jsonl')}, line 2: is no JSON`,
    `${where(1, 'bad.jsonl')}, line 3: is no JSON`,
    `${where(2, 'both.jsonl')}: a tape has file or rows, not both`,
    expect.stringMatching(/^seed = "": /),
  ])
})

test('a world’s file that is no JSON is a problem of the world', () => {
  const folder = mkdtempSync(join(tmpdir(), 'worlds-'))
  writeFileSync(join(folder, 'world.json'), '{')
  expect(problemsOf(() => readWorldFile(join(folder, 'world.json')))).toEqual([expect.stringMatching(/^is no JSON: /)])
  expect(() => readWorldFile(join(folder, 'none.json'))).toThrow(/ENOENT/)
})

test('a fill schedule’s problems are named: pieces out of order or of no size, symbols unknown or twice', () => {
  const fill = (symbol: string, fills: object[]): object => ({ symbol, side: 'buy', fills })
  const shape = [
    fill('BTCUSDT', [{ afterMs: 0 }]),
    fill('BTCUSDT', [{ lots: 1, share: 0.5, afterMs: 0 }]),
    fill('BTCUSDT', [{ share: 0, afterMs: 0 }]),
    fill('BTCUSDT', [
      { lots: 1, afterMs: 9 },
      { lots: 1, afterMs: 8 },
    ]),
    fill('BTCUSDT', Array(101).fill({ lots: 1, afterMs: 0 })),
  ]
  expect(problemsOf(() => parseWorld(worldWith({}, { matching: { partialFills: shape } })))).toEqual([
    'matching.partialFills.0.fills.0: needs lots or share, and not both',
    'matching.partialFills.1.fills.0: needs lots or share, and not both',
    'matching.partialFills.2.fills.0.share = 0: must be above 0',
    'matching.partialFills.3.fills: must be in order of afterMs',
    expect.stringMatching(/^matching\.partialFills\.4\.fills: .*<=100/),
  ])
  const twice = [
    fill('XUSDT', [{ lots: 1, afterMs: 0 }]),
    fill('BTCUSDT', [{ lots: 1, afterMs: 0 }]),
    fill('BTCUSDT', [{ share: 1, afterMs: 0 }]),
  ]
  expect(problemsOf(() => parseWorld(worldWith({}, { matching: { partialFills: twice } })))).toEqual([
    'matching.partialFills.0.symbol = "XUSDT": must be one of BTCUSDT, ETHUSDT, SOLUSDT',
    'matching.partialFills.2: BTCUSDT buy is there twice',
  ])
})
