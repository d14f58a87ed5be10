/**
 * The container, as far as it can be shown without an engine; `container-target.test.ts` does the rest.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Source } from '../test-support/source.ts'
import { readSources } from '../test-support/source.ts'
import { startContainer } from './container.ts'
import { CONTAINERFILE, ContainerError, copiedPaths } from './container-image.ts'

const containerfile = readFileSync(CONTAINERFILE, 'utf8')

test('without an engine one sentence says what is missing and what there is instead', async () => {
  const load = () => import('testcontainers')
  const without = async () => ({
    ...(await load()),
    getContainerRuntimeClient: () => Promise.reject(new Error('Could not find a working container runtime strategy')),
  })
  const starting = startContainer({ load: without })
  await expect(starting).rejects.toThrow(ContainerError)
  await expect(starting).rejects.toThrow(
    /^no Docker engine answers .* DOCKER_HOST; targets without one: embedded, demo$/,
  )
})

test('without the package that starts containers its name is told', async () => {
  const load = () => Promise.reject(Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' }))
  await expect(startContainer({ load })).rejects.toThrow(/npm install testcontainers@\d+$/)
})

test('the image holds all that the exchange loads, and nothing else', () => {
  const sources = new Map(readSources(new URL('../../', import.meta.url), ['src']).map((one) => [one.path, one]))
  const loaded = loadedBy('src/exchange/main.ts', sources)
  const needed = new Set([...loaded].filter((path) => !path.startsWith('node:')).map(copyOf))
  const data = ['package.json', 'fixtures/worlds']
  expect([...needed, ...data].toSorted()).toEqual(copiedPaths(containerfile).toSorted())
})

test('what a clone sends to the engine is what the image copies', () => {
  const ignore = readFileSync(new URL('../../.dockerignore', import.meta.url), 'utf8')
  const sent = ignore.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))
  expect(sent.toSorted()).toEqual(copiedPaths(containerfile).toSorted())
})

test('the venue runs as nobody in particular, on a port of its own, and says how it is', () => {
  expect(containerfile).toMatch(/^FROM node:24-bookworm-slim$/m)
  expect(containerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m)
  expect(containerfile.match(/^EXPOSE .*$/gm)).toEqual(['EXPOSE 8080'])
  expect(containerfile).toMatch(/^HEALTHCHECK .*\n.*\/v5\/market\/time/m)
})

/** The COPY line that brings a source file or a package. */
function copyOf(path: string): string {
  const [, folder] = /^(src\/[^/]+)\//.exec(path) ?? []
  return folder === undefined ? `node_modules/${path}` : `dist/${folder}`
}

/** MSW comes with whoever brings handlers. */
const BROUGHT = 'src/exchange/user-handlers.ts'

/** Files and packages loaded at run time, at once or on demand. */
function loadedBy(entry: string, sources: ReadonlyMap<string, Source>): Set<string> {
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { target, specifier, typeOnly, dynamic } of sources.get(path)?.imports ?? []) {
      if (!typeOnly && target !== BROUGHT && (!dynamic || target !== null)) visit(target ?? specifier)
    }
  }
  visit(entry)
  return seen
}
