/**
 * The worlds' README against the worlds: a picture of each, and a row for every field of the format.
 *
 * `npx vitest run --project unit src/exchange/world-picture.test.ts -u` puts new pictures in. Rows are written by hand.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { pictureOf } from './test-support/world-picture.ts'
import { worldSchema } from './world.ts'
import { readWorldFile } from './world-file.ts'

const folder = new URL('../../fixtures/worlds/', import.meta.url)
const fileOf = (name: string): string => fileURLToPath(new URL(name, folder))
const worlds = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))
const readme = readFileSync(fileOf('README.md'), 'utf8')

const PICTURE = /<!-- picture: (\S+) -->\n```text\n[\s\S]*?```\n<!-- end -->/g

test('every shipped world has a section with a picture, and says what it is for and who uses it', () => {
  const sections = readme.split(/^### /m).filter((section) => section.includes('<!-- picture: '))
  expect(sections.map((section) => section.slice(0, section.indexOf('\n'))).toSorted()).toEqual(worlds.toSorted())
  for (const section of sections) {
    const [name, , text, users] = section.split('\n')
    expect([name, /<!-- picture: (\S+) -->/.exec(section)?.[1]]).toEqual([name, name])
    expect([name, (text ?? '').length > 20, (users ?? '').startsWith('Used by: ')]).toEqual([name, true, true])
  }
})

test('the pictures in the README are those of the worlds as they are', async () => {
  const drawn = readme.replace(
    PICTURE,
    (_, name: string) =>
      `<!-- picture: ${name} -->\n\`\`\`text\n${pictureOf(readWorldFile(fileOf(`${name}.json`)))}\`\`\`\n<!-- end -->`,
  )
  await expect(drawn).toMatchFileSnapshot(fileOf('README.md'))
})

test('a picture shows a change of the world', () => {
  const calm = readWorldFile(fileOf('calm.json'))
  const picture = pictureOf(calm)
  expect(pictureOf(calm)).toBe(picture)
  expect(pictureOf({ ...calm, seed: 'other' })).not.toBe(picture)
  expect(pictureOf({ ...calm, readLagMs: 7 })).toContain('lag by 7 ms')
  expect(pictureOf({ ...calm, doubts: { ...calm.doubts, linkIdReuse: 'allowed' } })).toContain('linkIdReuse: "allowed"')
})

interface Node {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
}

interface Field {
  readonly path: string
  /** As the README writes it. */
  readonly byDefault: string
  /** Words the README must name. */
  readonly words: readonly string[]
}

/** Every field of the format, by its path such as `accounts[].usdt`. */
function fieldsOf(node: Node, path: string, byDefault: string): Field[] {
  const branches = node.anyOf ?? node.oneOf ?? [node]
  const below = branches.flatMap((branch) => {
    const each = `${path}[]`
    if (branch.items !== undefined) return fieldsOf(branch.items, each, '').filter((field) => field.path !== each)
    return Object.entries(branch.properties ?? {}).flatMap(([name, child]) => {
      const need = branch.required?.includes(name) === true ? 'required' : '–'
      const value = child.default === undefined ? need : `\`${JSON.stringify(child.default)}\``
      return fieldsOf(child, path === '' ? name : `${path}.${name}`, value)
    })
  })
  const isValue = branches.some((each) => each.properties === undefined && !(each.type === 'array' && below.length > 0))
  const words = branches.flatMap((each) => each.enum ?? each.const ?? []).filter((word) => typeof word === 'string')
  return isValue ? [{ path, byDefault, words }, ...below] : below
}

test('every field of the format has a row in the README, with its default and its words, and no row is left over', () => {
  const schema = z.toJSONSchema(worldSchema, { io: 'input', unrepresentable: 'any' }) as Node
  const fields = fieldsOf(schema, '', '')
  expect(fields.length).toBeGreaterThan(90)
  expect(fields).toContainEqual({ path: 'accounts[].leverage', byDefault: '`"10"`', words: [] })
  expect(fields).toContainEqual({ path: 'instruments[].market.book.levelLots.asks', byDefault: 'required', words: [] })
  const rows = readme.split('\n').filter((line) => /^\| `[a-z]/.test(line))
  const told = rows.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
  expect(told.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([])
  expect(Object.fromEntries(told.map(([field, , value]) => [field!.replaceAll('`', ''), value]))).toEqual(
    Object.fromEntries(fields.map(({ path, byDefault }) => [path, byDefault])),
  )
  const allowed = new Map(told.map(([field, unit]) => [field!.replaceAll('`', ''), unit!]))
  const unnamed = fields.flatMap(({ path, words }) =>
    words.filter((word) => !allowed.get(path)!.includes(`\`${word}\``)).map((word) => `${path}: ${word}`),
  )
  expect(unnamed.filter((each) => !each.startsWith('doubts.frameOrder'))).toEqual([])
})
