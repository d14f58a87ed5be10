/**
 * The house rules, held. A breach is named with its file, its line and what to do instead.
 */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { breachesOf, PATTERN_RULES } from './test-support/house-rules.ts'
import { FOLDERS, wrongImports } from './test-support/layers.ts'
import type { Source } from './test-support/source.ts'
import { functionsOf, readSources, sourceOf } from './test-support/source.ts'

const ROOT = new URL('../', import.meta.url)
const FILE_LINES_MAX = 300
const FUNCTION_LINES_MAX = 70

const sources = [
  ...readSources(ROOT, ['src', 'scenarios']),
  sourceOf('vitest.config.ts', readFileSync(new URL('vitest.config.ts', ROOT), 'utf8')),
]
const byPath = new Map(sources.map((source) => [source.path, source]))
const inFolders = sources.filter((source) => source.path.includes('/'))

test.each(PATTERN_RULES)('$name', (rule) => {
  expect(sources.flatMap((source) => breachesOf(rule, source))).toEqual([])
})

test.each(PATTERN_RULES)('the rule "$name" sees its breach and nothing else', (rule) => {
  expect(breachesOf(rule, sourceOf('src/sample.ts', rule.caught))).toHaveLength(1)
  expect(breachesOf(rule, sourceOf('src/sample.ts', rule.fine))).toEqual([])
})

test('whatever runs the tests says so: nothing is tried again', () => {
  const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
  expect(textOf('vitest.config.ts')).toMatch(/^ {4}retry: 0,$/m)
  for (const path of ['package.json', '.ci/run']) expect(textOf(path), path).not.toMatch(/--retry/)
})

test('imports point one way, every file has a layer', () => {
  expect(inFolders.flatMap(wrongImports)).toEqual([])
})

test.each([
  ['src/domain/trade.ts', "import { x } from '../market/ring.ts'", /domain \(layer 0\) is below market/],
  ['src/market/ring.ts', "import type { X } from '../venue/rest.ts'", /stand side by side/],
  ['src/report/html.ts', "import { x } from '../venue/rest.ts'", /report may import domain, seams, journal alone/],
  ['src/execution/executor.ts', "import { x } from '../config.ts'", /execution \(layer 2\) is below src/],
  ['src/venue/rest.ts', "import { x } from './test-support/server.ts'", /product code does not use test code/],
  ['src/venue/rest.ts', "import { x } from './sign'", /ends in \.ts/],
  ['src/venue/rest.test.ts', "import { x } from '../../scenarios/support/target.ts'", /not the other way/],
  ['src/strategies/one.ts', '', /has no layer/],
])('an import that points the wrong way is named: %s', (path, text, why) => {
  expect(wrongImports(sourceOf(path, text))).toEqual([expect.stringMatching(why)])
})

test('what is imported exists', () => {
  const lost = sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => target !== null && !existsSync(new URL(target, ROOT)))
      .map(({ line, specifier }) => `${path}:${line} imports ${specifier}, which is not there`),
  )
  expect(lost).toEqual([])
})

test('imports run in no circle', () => {
  expect(
    circlesIn(byPath).map((circle) => `${circle.join(' -> ')} - move what they share into a file of its own`),
  ).toEqual([])
})

test('a circle of imports is found', () => {
  const one = sourceOf('src/domain/one.ts', "import { two } from './two.ts'")
  const two = sourceOf('src/domain/two.ts', "import type { One } from './one.ts'")
  expect(circlesIn(new Map([one, two].map((source) => [source.path, source])))).toEqual([
    ['src/domain/one.ts', 'src/domain/two.ts', 'src/domain/one.ts'],
  ])
})

test(`files have at most ${FILE_LINES_MAX} lines`, () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > FILE_LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines - split it by meaning`)
  expect(long).toEqual([])
})

test(`functions have at most ${FUNCTION_LINES_MAX} lines`, () => {
  const long = sources.flatMap(({ path, code }) =>
    functionsOf(code)
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(
        ({ line, lines }) =>
          `${path}:${line} has a function of ${lines} lines - keep the ifs, move the work into helpers`,
      ),
  )
  expect(long).toEqual([])
})

test('functions of every shape are measured, and nothing else is', () => {
  const body = '{\n  work()\n}'
  const shapes = [
    `function f(a: number): void ${body}`,
    `const f = async (a: { b: number }): Promise<{ c: number }> => ${body}`,
    `const o = {\n  f(a) ${body},\n}`,
    `class C {\n  get f(): number ${body}\n}`,
    `function f(a: () => void): { readonly b: number } ${body}`,
  ]
  for (const shape of shapes)
    expect([shape, functionsOf(sourceOf('a.ts', shape).code)]).toEqual([shape, [expect.objectContaining({ lines: 3 })]])
  const others = [
    'const o = f(a)\n\nclass C implements D {\n  a = 1\n}',

    `if (a) ${body}`,
    `for (const a of f(b)) ${body}`,
    `const o = ${body}`,
    `try ${body} catch (e) ${body}`,
  ]
  for (const other of others) expect([other, functionsOf(sourceOf('a.ts', other).code)]).toEqual([other, []])
})

test('comments, strings, templates and regular expressions are told from code', () => {
  const text = [
    "const url = 'https://a.b/c' // Date.now()",
    'const regex = /[/"\']\\/.*`/g; const half = a / 2 / b',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the sample is a template
    'const t = `x ${f(`Date.now() ${y}`)} Date.now()`; z()',
    '/* Date.now()',
    ' */ const end = 1',
  ].join('\n')
  const { code, withoutComments } = sourceOf('a.ts', text)
  expect(code).not.toContain('Date')
  expect(withoutComments.match(/Date/g)).toHaveLength(2)
  for (const kept of ['const half = a / 2 / b', 'f(`', '{y}', '; z()', 'const end = 1']) expect(code).toContain(kept)
  expect(code.split('\n')).toHaveLength(5)
})

test('every file says at its head what it is for', () => {
  const mute = inFolders
    .filter(({ path }) => !/\.(?:test|bench)\.ts$/.test(path))
    .filter(({ text }) => !text.split('\n').slice(0, 12).join('\n').includes('/**'))
    .map(({ path }) => `${path} begins without a word - say what it is for, with a picture where one helps`)
  expect(mute).toEqual([])
})

test('src/README.md has a line for every folder', () => {
  const readme = readFileSync(new URL('src/README.md', ROOT), 'utf8')
  const missing = FOLDERS.filter(({ name }) => name !== 'src' && existsSync(new URL(`src/${name}/`, ROOT)))
    .filter(({ name }) => !new RegExp(`^.*\`${name}/\``, 'm').test(readme))
    .map(({ name }) => `src/README.md says nothing about ${name}/`)
  expect(missing).toEqual([])
})

/** What each process may load. koffi comes on demand, when a thread is really pinned. */
const PROCESSES = [
  { entry: 'src/runtime-main.ts', packages: ['undici', 'ws', 'koffi'], never: /^src\/(?:exchange|report|faults)\// },
  {
    entry: 'src/feed-thread.ts',
    packages: ['ws', 'koffi'],
    never: /^src\/(?:(?:exchange|report|faults|execution|metrics)\/|venue\/http\.ts$)/,
  },
]

test.each(PROCESSES)(
  '$entry loads nothing it does not need: no zod, no MSW, no other stage',
  ({ entry, packages, never }) => {
    const chains = loadedBy(entry)
    expect(chains.size).toBeGreaterThan(1)
    const refused = [...chains].flatMap(([target, chain]) => {
      const allowed = byPath.has(target) ? !never.test(target) : target.startsWith('node:') || packages.includes(target)
      return allowed ? [] : [`${chain.join(' -> ')} - costs the runtime memory it has not got: take it to the edge`]
    })
    expect(refused).toEqual([])
  },
)

/** Everything loaded at run time from `entry`, each with the chain of files that leads to it. */
function loadedBy(entry: string): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>()
  const visit = (path: string, chain: readonly string[]): void => {
    if (chains.has(path)) return
    chains.set(path, chain)
    for (const { target, specifier, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (!typeOnly) visit(target ?? specifier, [...chain, target ?? specifier])
    }
  }
  visit(entry, [entry])
  return chains
}

/** Circles, each once, beginning at the file met first. A file's depth-first path is followed until it bites its tail. */
function circlesIn(files: ReadonlyMap<string, Source>): string[][] {
  const circles = new Map<string, string[]>()
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const start = path.indexOf(file)
    if (start >= 0) circles.set([...path.slice(start)].sort().join(), [...path.slice(start), file])
    else if (!done.has(file) && files.has(file)) {
      path.push(file)
      for (const { target } of files.get(file)!.imports) if (target !== null) visit(target)
      path.pop()
      done.add(file)
    }
  }
  for (const file of files.keys()) visit(file)
  return [...circles.values()]
}
