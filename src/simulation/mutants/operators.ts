/**
 * Small mistakes put into a source mechanically, one at a time: what a general mutation tool does.
 *
 *   a < b ─► a <= b      && ─► ||      + ─► -      7 ─► 8      true ─► false      if (x) ─► if (!(x))      f() ─► nothing
 */
import { lineAt, sourceOf } from '../../test-support/source.ts'
import type { Patch } from './patch.ts'

const SWAPS: Readonly<Record<string, string>> = {
  ' < ': ' <= ',
  ' <= ': ' < ',
  ' > ': ' >= ',
  ' >= ': ' > ',
  ' === ': ' !== ',
  ' !== ': ' === ',
  ' && ': ' || ',
  ' || ': ' && ',
  ' + ': ' - ',
  ' - ': ' + ',
  ' * ': ' / ',
  ' / ': ' * ',
  ' += ': ' -= ',
  ' -= ': ' += ',
}
const OPERATOR = / (?:<=?|>=?|[!=]==|&&|\|\||[-+*/]=?) /g
const LITERAL = /(?<![\w.#$])(?:true|false|\d+(?:_\d+)*)(?![\w.$])/g
const CONDITION = /(?<![\w.$])if \(/g
/** A whole line that calls or assigns something. */
const STATEMENT = /^ +(?:void |await )?[\w.#!?[\]]+(?:\(.*\)| [-+|]?=(?!=|>) .*)$/gm

interface Edit {
  readonly at: number
  readonly length: number
  readonly replace: string
}

/** Every mistake that can be made in a file, as patches, in the order of the text. */
export function mistakesIn(path: string, text: string): Patch[] {
  const { code } = sourceOf(path, text)
  const edits = [...operators(code), ...literals(code), ...conditions(code), ...statements(text, code)]
  return edits.sort((a, b) => a.at - b.at).map((edit) => patchOf(path, text, edit))
}

function operators(code: string): Edit[] {
  return [...code.matchAll(OPERATOR)].flatMap((match) => {
    const replace = SWAPS[match[0]]
    return replace === undefined ? [] : [{ at: match.index, length: match[0].length, replace }]
  })
}

function literals(code: string): Edit[] {
  return [...code.matchAll(LITERAL)].filter(isValue(code)).map(({ index, 0: word }) => {
    const replace = word === 'true' ? 'false' : word === 'false' ? 'true' : String(Number(word.replaceAll('_', '')) + 1)
    return { at: index, length: word.length, replace }
  })
}

/** Types have literals too: those after a bar, or of a readonly field, are left alone. */
function isValue(code: string): (match: RegExpExecArray) => boolean {
  return ({ index }) => {
    const start = code.lastIndexOf('\n', index) + 1
    const line = code.slice(start, code.indexOf('\n', index))
    return !/^\s*(?:readonly|export type|type|\|)|\): (?:\d|true|false)|\d \| \d/.test(line)
  }
}

function conditions(code: string): Edit[] {
  return [...code.matchAll(CONDITION)].flatMap(({ index }) => {
    const open = index + 3
    const close = closingOf(code, open)
    // The text itself, strings and all, is put in when the patch is made.
    return close === null ? [] : [{ at: open, length: close - open + 1, replace: '(!$&)' }]
  })
}

function statements(text: string, code: string): Edit[] {
  return [...text.matchAll(STATEMENT)].flatMap(({ index, 0: line }) => {
    const bare = code.slice(index, index + line.length)
    const before = code.slice(0, index).trimEnd().at(-1) ?? ''
    const stands =
      /[{};)\w'\]]/.test(before) && isBalanced(bare) && !/^\s*(?:return|const|let|import|export|type)\b/.test(bare)
    return stands ? [{ at: index, length: line.length, replace: '' }] : []
  })
}

function closingOf(code: string, open: number): number | null {
  let depth = 0
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1
    if (code[at] === ')') depth -= 1
    if (depth === 0) return at
  }
  return null
}

function isBalanced(code: string): boolean {
  const count = (pattern: RegExp): number => code.match(pattern)?.length ?? 0
  return count(/[([{]/g) === count(/[)\]}]/g)
}

/** The edit with so many whole lines around it that the text is found once. */
function patchOf(path: string, text: string, { at, length, replace }: Edit): Patch {
  const old = text.slice(at, at + length)
  let from = text.lastIndexOf('\n', at) + 1
  let to = text.indexOf('\n', at + length)
  while (text.split(text.slice(from, to)).length > 2) {
    from = Math.max(0, text.lastIndexOf('\n', from - 2) + 1)
    to = Math.max(to, text.indexOf('\n', to + 1))
  }
  const fresh = replace.replace('$&', () => old)
  const name = `${path}:${lineAt(text, at)} ${shown(old)} ─► ${shown(fresh)}`
  return {
    name,
    file: path,
    find: text.slice(from, to),
    replace: text.slice(from, at) + fresh + text.slice(at + length, to),
  }
}

function shown(code: string): string {
  const plain = code.trim().replace(/\s+/g, ' ')
  return plain === '' ? 'nothing' : `\`${plain}\``
}
