/**
 * Source files as the house rules look at them: the text, the text without comments, the bare code (no comments, no
 * contents of strings), what it imports, and how long its functions are. Lines keep their numbers throughout.
 *
 * No parser: the compiler's own is not to be had from TypeScript 7, and our formatter leaves little room for surprises.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

export interface Source {
  /** From the repository's root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly withoutComments: string
  readonly code: string
  readonly imports: readonly Import[]
}

export interface Import {
  readonly line: number
  /** As written. */
  readonly specifier: string
  /** Path from the repository's root for a relative import, null for a package or a Node module. */
  readonly target: string | null
  /** Erased before the program runs. */
  readonly typeOnly: boolean
  /** `import('…')`: loaded when it is reached, if ever. */
  readonly dynamic: boolean
  /** `export … from`. */
  readonly reexport: boolean
}

/** Every TypeScript file below the folders, in order of path. */
export function readSources(root: URL, folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => sourceOf(path, readFileSync(new URL(path, root), 'utf8')))
}

/** One file, wherever its text comes from. */
export function sourceOf(path: string, text: string): Source {
  const { withoutComments, code } = blank(text)
  return { path, text, withoutComments, code, imports: importsOf(path, withoutComments, code) }
}

/** The line number of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

const IMPORT = /\b(import|export)\s+(type\s+)?(?:[\w*{}\s,$]*?\bfrom\s+)?'([^']+)'/g
const DYNAMIC_IMPORT = /\bimport\(\s*'([^']+)'/g

function importsOf(path: string, withoutComments: string, code: string): Import[] {
  const found: Import[] = []
  const add = (offset: number, specifier: string, kind: Pick<Import, 'typeOnly' | 'dynamic' | 'reexport'>): void => {
    // A match inside a string is a text about imports, not an import: there the bare code is blank.
    if (code[offset] === ' ') return
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null
    found.push({ line: lineAt(withoutComments, offset), specifier, target, ...kind })
  }
  for (const match of withoutComments.matchAll(IMPORT)) {
    const reexport = match[1] === 'export'
    add(match.index, match[3]!, { typeOnly: match[2] !== undefined, dynamic: false, reexport })
  }
  for (const match of withoutComments.matchAll(DYNAMIC_IMPORT)) {
    add(match.index, match[1]!, { typeOnly: false, dynamic: true, reexport: false })
  }
  return found
}

export interface FunctionSize {
  readonly line: number
  /** From the line of the opening brace to that of the closing one, both counted. */
  readonly lines: number
}

const NO_FUNCTION = /\b(?:if|for|while|switch|catch|with)\s*$/

/** Every function body of the bare code, arrow functions and methods included. Groups of tests are not functions. */
export function functionsOf(code: string): FunctionSize[] {
  const sizes: FunctionSize[] = []
  const open: { readonly offset: number; readonly isFunction: boolean }[] = []
  for (let offset = 0; offset < code.length; offset += 1) {
    if (code[offset] === '{') open.push({ offset, isFunction: opensFunction(code, offset) })
    if (code[offset] !== '}') continue
    const start = open.pop()
    if (start?.isFunction !== true) continue
    const line = lineAt(code, start.offset)
    sizes.push({ line, lines: lineAt(code, offset) - line + 1 })
  }
  return sizes
}

function opensFunction(code: string, brace: number): boolean {
  const before = code.slice(Math.max(0, brace - 2000), brace).trimEnd()
  if (before.endsWith('=>')) return !/\bdescribe\([^()]*(?:async )?\(\) =>$/.test(before)
  if (/[:<|&,]$/.test(before)) return false // an object type, not a body
  const parameters = /\)(?:\s*:\s*[^;{}=]*(?:\{[^{}]*\}[^;{}=\n]*)?)?$/.exec(before)
  if (parameters === null) return false
  return !NO_FUNCTION.test(before.slice(0, openingOf(before, parameters.index)))
}

/** Index of the parenthesis that belongs to the closing one at `close`. */
function openingOf(text: string, close: number): number {
  let depth = 0
  for (let at = close; at >= 0; at -= 1) {
    if (text[at] === ')') depth += 1
    if (text[at] === '(') depth -= 1
    if (depth === 0) return at
  }
  return 0
}

/** A slash after one of these begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~]|\breturn|\btypeof|\bcase|\bof|\bin)\s*$/

/** Blanks comments, and in `code` also what is inside strings, templates and regular expressions. */
function blank(text: string): { readonly withoutComments: string; readonly code: string } {
  const withoutComments =
    [...text].length === text.length ? text.split('') : Array.from({ length: text.length }, (_, i) => text[i]!)
  const code = [...withoutComments]
  const wipe = (from: number, to: number, targets: readonly string[][]): void => {
    for (const target of targets) {
      for (let at = from; at < to; at += 1) if (target[at] !== '\n') target[at] = ' '
    }
  }
  /** Depths of braces at which a template's `${` was opened. */
  const templates: number[] = []
  let depth = 0
  let at = 0
  const skipTemplate = (from: number): number => {
    let end = from
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1
    wipe(from, end, [code])
    if (text[end] === '`') return end + 1
    templates.push(depth)
    depth += 1
    return end + 2
  }
  while (at < text.length) {
    const rest = text.slice(at, at + 2)
    const char = text[at]!
    if (rest === '//' || rest === '/*') {
      const close = rest === '//' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 2
      const end = close < at ? text.length : close
      wipe(at, end, [withoutComments, code])
      at = end
    } else if (
      char === "'" ||
      char === '"' ||
      (char === '/' && BEFORE_REGEX.test(code.slice(Math.max(0, at - 30), at).join('')))
    ) {
      const end = endOfQuoted(text, at)
      wipe(at + 1, end, [code])
      at = end + 1
    } else if (char === '`') {
      at = skipTemplate(at + 1)
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      templates.pop()
      depth -= 1
      at = skipTemplate(at + 1)
    } else {
      if (char === '{') depth += 1
      if (char === '}') depth -= 1
      at += 1
    }
  }
  return { withoutComments: withoutComments.join(''), code: code.join('') }
}

/** Index of the closing quote (or slash) of what opens at `start`. A slash inside brackets does not close. */
function endOfQuoted(text: string, start: number): number {
  const quote = text[start]
  let inClass = false
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (quote === '/' && text[at] === '[') inClass = true
    else if (quote === '/' && text[at] === ']') inClass = false
    else if (text[at] === quote && !inClass) return at
    else if (text[at] === '\n') return at
  }
  return text.length
}
