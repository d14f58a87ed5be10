/**
 * COVERAGE.md says of every fact about the venue which test shows it. A row has a test that is there under that name,
 * or a reason; the table does not shrink unseen.
 */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sourceOf } from '../test-support/source.ts'

/** Rows of each section of the facts, at least. */
const ROWS_MIN: Readonly<Record<number, number>> = {
  1: 12,
  2: 22,
  3: 69,
  4: 34,
  5: 16,
  6: 27,
  7: 22,
  8: 28,
  9: 8,
  10: 38,
  11: 10,
}

/** A named test in a row. */
interface Evidence {
  readonly file: URL
  readonly title: string
}

interface FactRow {
  readonly id: string
  readonly shown: readonly Evidence[]
  /** What is in the last cell beside tests. */
  readonly remarks: readonly string[]
}

const HERE = new URL('./', import.meta.url)
const ROOT = new URL('../../', import.meta.url)
const text = readFileSync(new URL('COVERAGE.md', HERE), 'utf8')

const rows: readonly FactRow[] = text.split('\n').flatMap((line) => {
  const [, id, cell] = /^\| §([\d.]+) +\| \S.* \| (.*) \|$/.exec(line) ?? []
  if (id === undefined || cell === undefined) return []
  const parts = cell.split('<br>').map((part) => part.trim())
  const shown = parts.flatMap((part) => {
    const [, path, title] = /^`([\w./-]+\.test\.ts)`: (.+)$/.exec(part) ?? []
    return path === undefined || title === undefined ? [] : [{ file: fileOf(path), title }]
  })
  return [{ id, shown, remarks: parts.filter((part) => !/^`[\w./-]+\.test\.ts`: /.test(part)) }]
})

/** Paths are from this folder, unless they begin at the root. */
function fileOf(path: string): URL {
  return new URL(path, /^(?:src|scenarios)\//.test(path) ? ROOT : HERE)
}

const titles = new Map<string, ReadonlySet<string>>()

/** Titles of the tests in a file, as they are written: parameters of a title stay `%s` or `${name}`. */
function titlesOf(file: URL): ReadonlySet<string> {
  const known = titles.get(file.href)
  if (known !== undefined) return known
  const { withoutComments } = sourceOf(file.href, existsSync(file) ? readFileSync(file, 'utf8') : '')
  const found = new Set(
    [...withoutComments.matchAll(/^\s*(?:test\(|\S.*\)\()?\s*(['"`])(.+?)\1,/gm)].map(([, , title]) => title!),
  )
  titles.set(file.href, found)
  return found
}

test('every row names a test that shows the fact, or the reason why none does', () => {
  const empty = rows.filter(
    ({ shown, remarks }) =>
      shown.length === 0 && !remarks.some((remark) => /^(?:not shown|differs): .{20,}/.test(remark)),
  )
  expect(empty.map(({ id }) => id)).toEqual([])
})

test('every test that is named is in its file under that name', () => {
  const named = rows.flatMap(({ id, shown }) => shown.map((evidence) => ({ id, ...evidence })))
  expect(named.length).toBeGreaterThan(400)
  const missing = named.filter(({ file, title }) => !titlesOf(file).has(title))
  expect(missing.map(({ id, file, title }) => `§${id} ${file.pathname.split('/').at(-1)}: ${title}`)).toEqual([])
})

test('every file a remark names is there', () => {
  const named = rows.flatMap(({ remarks }) => remarks.flatMap((remark) => [...remark.matchAll(/`([\w./-]+\.ts)`/g)]))
  expect(named.length).toBeGreaterThan(5)
  expect(named.map(([, path]) => path!).filter((path) => !existsSync(fileOf(path)))).toEqual([])
})

test('every section is there with its rows, numbered without a gap', () => {
  const line = text.split('\n').filter((each) => each.startsWith('| §'))
  expect(rows.length, 'rows that could not be read').toBe(line.length)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  const counts = Map.groupBy(rows, ({ id }) => Number(id.split('.')[0]))
  expect([...counts.keys()]).toEqual(Object.keys(ROWS_MIN).map(Number))
  for (const [section, { length }] of counts) expect(length, `§${section}`).toBeGreaterThanOrEqual(ROWS_MIN[section]!)
  for (const [at, { id }] of rows.entries()) {
    const [, stem, last] = /^(.*)\.(\d+)$/.exec(rows[at - 1]?.id ?? '0.0')!
    expect([`${stem}.${Number(last) + 1}`, '1'], `${id} after ${stem}.${last}`).toContain(id.endsWith('.1') ? '1' : id)
  }
})
