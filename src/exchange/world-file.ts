/**
 * A world from its file, with the tapes it names.
 *
 *   taped.json ─┬─────────────────────────────────────► parseWorld ─► World
 *               └─ path.file "tapes/one.jsonl" ─► rows ─┘
 *
 * A tape's file is looked for beside the world's own: JSON lines, one quote each. Reading happens here and not in the
 * core, which never touches a file.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseWorld, type World, WorldError } from './world.ts'

type Json = Record<string, unknown>

/**
 * Reads a world and its tapes. Throws a WorldError that names every problem at once, and the system's own error when the
 * world's file itself cannot be read.
 */
export function readWorldFile(file: string): World {
  const text = readFileSync(file, 'utf8')
  const problems: string[] = []
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new WorldError([`is no JSON: ${(error as Error).message}`])
  }
  const whole = withTapes(json, dirname(file), problems)
  try {
    const world = parseWorld(whole)
    if (problems.length === 0) return world
  } catch (error) {
    if (!(error instanceof WorldError)) throw error
    problems.push(...error.problems)
  }
  throw new WorldError(problems)
}

/** The same world with rows where it names a tape's file. */
function withTapes(json: unknown, folder: string, problems: string[]): unknown {
  if (!isObject(json) || !Array.isArray(json['instruments'])) return json
  const instruments = json['instruments'].map((each: unknown, at) => {
    const market = isObject(each) ? each['market'] : undefined
    const path = isObject(market) ? market['path'] : undefined
    if (!isObject(each) || !isObject(market) || !isObject(path) || typeof path['file'] !== 'string') return each
    const where = `instruments.${at}.market.path.file = ${JSON.stringify(path['file'])}`
    const rows = path['rows'] === undefined ? readTape(resolve(folder, path['file']), where, problems) : undefined
    if (path['rows'] !== undefined) problems.push(`${where}: a tape has file or rows, not both`)
    // A tape that could not be read is told once: what is left of the world is still checked.
    const known = rows === undefined ? { kind: 'walk' } : { ...path, rows }
    return { ...each, market: { ...market, path: known } }
  })
  return { ...json, instruments }
}

function readTape(file: string, where: string, problems: string[]): unknown[] | undefined {
  const before = problems.length
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    problems.push(`${where}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
    return undefined
  }
  const rows: unknown[] = []
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      rows.push(JSON.parse(line))
    } catch {
      problems.push(`${where}, line ${at + 1}: is no JSON`)
    }
  }
  return problems.length > before ? undefined : rows
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
