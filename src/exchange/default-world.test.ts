import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { calmWorldFrom, DEFAULT_WORLD } from './default-world.ts'

test('the default world is there', () => {
  expect(existsSync(DEFAULT_WORLD)).toBe(true)
})

test.each(['src/exchange/default-world.ts', 'dist/src/exchange/default-world.js'])(
  'seen from %s it lies at the root of the package, whatever the folders above are called',
  (file) => {
    const root = join(import.meta.dirname, 'a folder', '100% ä#?')
    expect(calmWorldFrom(pathToFileURL(join(root, file)).href)).toBe(join(root, 'fixtures/worlds/calm.json'))
  },
)
