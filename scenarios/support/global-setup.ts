/**
 * Before the scenarios: the runtime is built, since what is judged is what ships, and the target is checked once, so that
 * everything that is missing is said in one message.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../src/config.ts'
import { parseConfig } from '../../src/config-parse.ts'
import { BUILT, JOURNALS, ROOT } from './paths.ts'

export default async function setup(): Promise<void> {
  const config = process.env['SCENARIO_TARGET'] === undefined ? null : parseConfig(process.env)
  if (isStale()) build()
  if (config !== null) await tryOnce(config)
  rmSync(JOURNALS, { recursive: true, force: true })
  mkdirSync(JOURNALS, { recursive: true })
}

/** Opens and closes the target: what it lacks is said once, and a container's image is there before anything is timed. */
async function tryOnce(config: Config): Promise<void> {
  const { openTarget } = (await import(join(BUILT, 'targets.js'))) as typeof import('../../src/targets.ts')
  const target = await openTarget(config)
  await target[Symbol.asyncDispose]()
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
