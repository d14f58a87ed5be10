/**
 * The README says what the code does: every setting with its default, and nothing that is not there.
 */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FIELDS, type Field } from './config-fields.ts'
import { DEMO_URLS, DEMO_VARIABLES } from './config-parse.ts'

const ROOT = new URL('../', import.meta.url)
const readme = readFileSync(new URL('README.md', ROOT), 'utf8')

/** A row of the configuration table, without its meaning. */
interface Row {
  readonly fallback: string
  readonly allowed: string
  readonly meaning: string
}

const rows = new Map<string, Row>(
  readme.split('\n').flatMap((line) => {
    const [, variable = '', fallback = '', allowed = '', meaning = ''] = line.split('|').map((cell) => cell.trim())
    const [, name] = /^`([A-Z][A-Z0-9_]+)`$/.exec(variable) ?? []
    return name === undefined || line.split('|').length !== 6 ? [] : [[name, { fallback, allowed, meaning }] as const]
  }),
)

test('the configuration table has every variable there is, and no other', () => {
  const read = [...Object.values(DEMO_VARIABLES), ...Object.values(FIELDS).map((field) => field.variable)]
  expect([...rows.keys()].toSorted()).toEqual(read.toSorted())
})

test.each(Object.values(FIELDS) as Field<unknown>[])('the table tells the truth about $variable', (field) => {
  const { variable, meaning, allowed } = field
  expect(rows.get(variable)).toEqual({ fallback: shown(field), allowed: allowed.replaceAll(' | ', ', '), meaning })
})

test.each(['restUrl', 'publicUrl', 'privateUrl'] as const)('the table knows where demo is: %s', (key) => {
  expect(rows.get(DEMO_VARIABLES[key])!.fallback).toBe(`\`${DEMO_URLS[key]}\``)
})

test('every file and folder the README names is there', () => {
  const quoted = [...readme.matchAll(/`((?:src|scenarios|fixtures)\/[\w./-]*)`/g)].map(([, path]) => path!)
  const linked = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path!)
  const named = [...new Set([...quoted, ...linked])]
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([])
})

test('every unit test the README calls as evidence is there', () => {
  const called = [...new Set([...readme.matchAll(/`U ([\w./-]+)`/g)].map(([, path]) => path!))]
  expect(called.length).toBeGreaterThan(15)
  const found = (path: string): boolean =>
    existsSync(new URL(`src/${path}.test.ts`, ROOT)) || existsSync(new URL(`src/${path}/`, ROOT))
  expect(called.filter((path) => !found(path))).toEqual([])
})

test('what the README imports from the package is exported', () => {
  const surface = readFileSync(new URL('index.ts', import.meta.url), 'utf8')
  const exported = new Set([...surface.matchAll(/export \{([^}]+)\}/g)].flatMap(([, names]) => namesIn(names!)))
  const imported = [...readme.matchAll(/import \{([^}]+)\} from 'bybit-synthetic-test'/g)].flatMap(([, names]) =>
    namesIn(names!),
  )
  expect(imported).toContain('qualify')
  expect(imported.filter((name) => !exported.has(name))).toEqual([])
})

function shown({ variable, fallback }: Field<unknown>): string {
  if (variable === FIELDS.maxHoldMs.variable) return '`60000`, or three half-lives if longer'
  const isNothing = fallback === null || (Array.isArray(fallback) && fallback.length === 0)
  return isNothing ? 'none' : `\`${String(fallback)}\``
}

/** The original names of an import or export list. */
function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim().split(' as ')[0]!)
    .filter((name) => name !== '')
}
