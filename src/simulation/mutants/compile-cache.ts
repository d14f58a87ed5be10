/**
 * Where child processes keep compiled sources: all but the patched one are the same for every child.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | null = null

/** A folder of this process, gone with it; for a child's `NODE_COMPILE_CACHE`. */
export function compileCache(): string {
  if (folder !== null) return folder
  const made = mkdtempSync(join(tmpdir(), 'mutants-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  folder = made
  return folder
}
