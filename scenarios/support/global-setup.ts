/**
 * Before the scenarios: the runtime is built, since what is judged is what ships, and the target's environment is
 * checked once, so that everything that is missing is said in one message.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig } from '../../src/config-parse.ts'
import { JOURNALS, ROOT } from './paths.ts'

export default function setup(): void {
  if (process.env['SCENARIO_TARGET'] !== undefined) parseConfig(process.env)
  if (isStale()) build()
  rmSync(JOURNALS, { recursive: true, force: true })
  mkdirSync(JOURNALS, { recursive: true })
}

/** Whether any source is newer than what was built from it. */
function isStale(): boolean {
  const stamp = join(ROOT, 'dist', 'src', 'index.js')
  if (!existsSync(stamp)) return true
  const builtMs = statSync(stamp).mtimeMs
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  return sources.some((path) => path.endsWith('.ts') && statSync(join(ROOT, 'src', path)).mtimeMs > builtMs)
}

function build(): void {
  const run = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`the runtime could not be built:\n${run.stdout}${run.stderr}`)
}
