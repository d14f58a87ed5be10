/**
 * Puts one mechanical mistake to the tests beside the source, and on to the tests of known failures: does any notice?
 */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../seams/clock.ts'
import { compileCache } from './compile-cache.ts'
import { NOT_PATCHED, type Patch, patchArguments } from './patch.ts'
import type { TestTold } from './test-main.ts'

/** `invalid`: not even a program any more. */
export type Fate =
  | { readonly is: 'killed'; readonly by: string; readonly file: string | null }
  | { readonly is: 'survived' }
  | { readonly is: 'invalid' }

const SOURCE = new URL('../../', import.meta.url)
const TEST_MAIN = fileURLToPath(new URL('test-main.ts', import.meta.url))
/** Real time; a mistake that makes a loop endless ends here. All the tests take some 15 s of an idle core. */
const HANGS_MS = 300_000
/** Over real sockets: on a busy machine it may fail by itself. */
const NOT_HERE = ['venue.integration.test.ts']

/** The start of a run is nobody's folder; these play it whole. */
const OF_THE_START = ['make-way', 'recover-first', 'run-start', 'simulation/killed', 'simulation/crash']

/** The test files a mistake is put to, those that know the file best first. */
export function testsFor(file: string): string[] {
  const folder = file.split('/')[1]!
  if (folder.endsWith('.ts')) return OF_THE_START.map((name) => fileURLToPath(new URL(`${name}.test.ts`, SOURCE)))
  const own = fileURLToPath(new URL(file.replace('src/', '').replace('.ts', '.test.ts'), SOURCE))
  const near = testsIn(folder)
  const far = ['domain', 'execution'].filter((name) => name !== folder).flatMap(testsIn)
  const whole = testsIn('simulation').filter((path) => path.includes('failures-'))
  return [...new Set([...(existsSync(own) ? [own] : []), ...near, ...far, ...whole])]
}

function testsIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, SOURCE))
    .filter((name) => name.endsWith('.test.ts') && !NOT_HERE.includes(name))
    .map((name) => fileURLToPath(new URL(`${folder}/${name}`, SOURCE)))
}

/**
 * Runs the tests until one fails; without a patch none should. `only`: a title, or what stands before its colon. Throws when the
 * mistake could not be put in.
 */
export function fateOf(patch: Patch | null, files: readonly string[], only?: string): Promise<Fate> {
  const child = fork(TEST_MAIN, only === undefined ? files : [`--only=${only}`, ...files], {
    execArgv: patch === null ? [] : patchArguments(patch),
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache() },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  return new Promise((resolve, reject) => {
    let said = ''
    const end = (fate: Fate): void => {
      stopWaiting()
      child.removeAllListeners()
      child.kill('SIGKILL')
      resolve(fate)
    }
    const stopWaiting = systemClock.after(HANGS_MS, () => end({ is: 'killed', by: 'hangs', file: null }))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.on('message', ({ file, name, failure }: TestTold) => {
      if (failure !== null) end({ is: 'killed', by: name, file })
    })
    child.once('close', (code) => {
      if (code === NOT_PATCHED && said.includes('must be once')) reject(new Error(said))
      else end(fateOfEnd(code, said))
    })
  })
}

function fateOfEnd(code: ChildProcess['exitCode'], said: string): Fate {
  if (code === 0) return { is: 'survived' }
  return said.includes('SyntaxError') ? { is: 'invalid' } : { is: 'killed', by: 'does not load', file: null }
}
