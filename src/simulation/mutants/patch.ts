/**
 * One production file, broken on purpose in one place, for a child process that knows nothing of it:
 *
 *   patchArguments(patch) ─► node --import preload.ts?… script.ts ─► the loader hands out the file with `replace` for `find`,
 *                                                                     the source or what was built of it
 *
 * The text must be found exactly once. A patch that the source has grown away from, or that is never loaded, ends the
 * child with a complaint: it cannot quietly turn into nothing.
 */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'

export interface Patch {
  readonly name: string
  /** From the repository's root, e.g. `src/domain/decide.ts`. */
  readonly file: string
  /** Text as it stands in the file, lines and all. */
  readonly find: string
  readonly replace: string
}

const ROOT = new URL('../../../', import.meta.url)

/** The exit code of a child whose patch could not be applied, or whose patched file was never loaded. */
export const NOT_PATCHED = 86

/** Where the file of a patch is. */
export function urlOf({ file }: Patch): string {
  return new URL(file, ROOT).href
}

/** The same file as `npm run build` writes it. */
export function builtUrlOf({ file }: Patch): string {
  return new URL(`dist/${file.replace(/\.ts$/, '.js')}`, ROOT).href
}

/** A source's text as the build would have it: without types, its siblings as `.js`. */
export function builtText(text: string): string {
  return stripTypeScriptTypes(text).replace(/(from |import\()'(\.{1,2}\/[^']+)\.ts'/g, "$1'$2.js'")
}

/** The file's text with the patch in it. Throws when `find` is not there exactly once. */
export function patchedText(patch: Patch): string {
  const { name, file, find, replace } = patch
  const text = readFileSync(fileURLToPath(urlOf(patch)), 'utf8')
  const found = text.split(find).length - 1
  if (found !== 1) throw new Error(`${name}: found ${found} times in ${file}, must be once: ${find}`)
  return text.replace(find, () => replace)
}

/** What a child process of Node needs among its `execArgv` to run the patched sources; its worker threads inherit it. */
export function patchArguments({ name, file, find, replace }: Patch): string[] {
  const preload = new URL('preload.ts', import.meta.url)
  preload.searchParams.set('patch', JSON.stringify({ name, file, find, replace }))
  return ['--import', preload.href]
}
