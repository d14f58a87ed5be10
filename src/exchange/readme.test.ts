/**
 * The README of the mock venue says what is there: its files, endpoints, topics and benchmarks.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROUTES } from './core/routes.ts'
import { PERSONA_NAMES, personaOf } from './personas.ts'

const HERE = new URL('./', import.meta.url)
const readme = readFileSync(new URL('README.md', HERE), 'utf8')

/** From one heading to the next. */
function section(heading: string): string {
  const [, text = ''] = readme.split(`\n## ${heading}\n`)
  return text.split('\n## ')[0]!
}

const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!)

test('every file of the venue has its row, and every row its files', () => {
  const rows = readme.split('\n').filter((line) => /^\| `[\w*./-]+\.ts`|^\| `(?:core\/|Containerfile)`/.test(line))
  const named = rows.flatMap((line) => quoted(line.split('|')[1]!))
  const files = readdirSync(HERE).filter((name) => /\.ts$/.test(name) && !/\.(?:test|bench)\.ts$/.test(name))
  const isNamed = (file: string): boolean =>
    named.includes(file) || named.some((name) => name.endsWith('*.ts') && file.startsWith(name.slice(0, -4)))
  expect(files.filter((file) => !isNamed(file))).toEqual([])
  expect(named.filter((name) => !name.includes('*') && !existsSync(new URL(name, HERE)))).toEqual([])
})

test('every endpoint of the core is listed, below its part of the path', () => {
  const listed = quoted(section('What is answered'))
  const isListed = (path: string): boolean => {
    const [, , , ...rest] = path.split('/')
    const last = rest.join('/')
    return listed.some((each) => each === last || each.endsWith(` ${path}`) || each === `POST ${path}`)
  }
  expect([...ROUTES.keys()].filter((path) => !isListed(path))).toEqual([])
})

test('every stream and every private topic of a persona is named', () => {
  const answered = section('What is answered')
  for (const name of PERSONA_NAMES) {
    const { streams } = personaOf(name, { preMarketSymbols: new Set() })
    expect([...streams.keys()].filter((path) => !answered.includes(`\`${path}\``))).toEqual([])
    expect(answered).toContain(name)
  }
  const { privateTopics } = personaOf('mainnet-like', { preMarketSymbols: new Set() })
  const topics = ['order', 'execution', 'position', 'execution.fast', 'wallet', 'greeks', 'dcp.future']
  expect(topics.filter((topic) => !privateTopics.test(topic) || !quoted(answered).includes(topic))).toEqual([])
})

test('every test, benchmark and page it names is there, and every benchmark is named', () => {
  const files = quoted(readme).flatMap(
    (word) => /^(?:core\/|test-support\/)?[\w-]+\.(?:test\.|bench\.)?ts$/.exec(word) ?? [],
  )
  expect(files.length).toBeGreaterThan(30)
  expect(files.filter((file) => !file.includes('*') && !existsSync(new URL(file, HERE)))).toEqual([])
  const linked = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path!)
  expect(linked.filter((path) => !existsSync(new URL(path, HERE)))).toEqual([])
  const benches = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bench.ts'))
  expect(benches.filter((name) => !readme.includes(`npx node src/exchange/${name.replaceAll('\\', '/')}`))).toEqual([])
})
