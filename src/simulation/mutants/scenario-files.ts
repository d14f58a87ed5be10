/**
 * The scenario files themselves, with every expectation they have, and a mutant in the runtime they start.
 *
 *   vitest run scenarios/02… ─► scenario.ts ─► runtime process, its Node with the patch ─► the first test that fails
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { NOT_PATCHED, type Patch, patchArguments } from './patch.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** Not where a run of the scenarios leaves its report. */
const REPORTS = 'reports/mutants'
const TOLD = `${REPORTS}/tests.json`

/** Every file, the quickest first; of 07 what the command line starts is started without the mutant. */
export const SCENARIO_FILES = [
  '04-partial-fill',
  '01-happy-path',
  '02-leg-timeout',
  '07-graceful-shutdown',
  '03-hedge-fails',
  '06-disconnect',
  '05-high-throughput',
]

export interface FailedTest {
  readonly name: string
  /** The promise that broke, or what was expected. */
  readonly how: string
}

/** The first test of a file that fails, or of that one test; null when none does. Throws when the patch could not be put in. */
export function firstFailure(file: string, patch: Patch | null, test?: string): FailedTest | null {
  const only = test === undefined ? [] : ['-t', `^${test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`]
  const report = ['--reporter=json', `--outputFile=${TOLD}`]
  rmSync(`${ROOT}${TOLD}`, { force: true }) // what is told then is of this run
  spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'scenarios',
      `scenarios/${file}`,
      '--bail=1',
      ...only,
      ...report,
    ],
    {
      cwd: ROOT,
      stdio: 'ignore',
      env: {
        ...process.env,
        SCENARIO_REPORTS: REPORTS,
        SCENARIO_NODE_ARGUMENTS: JSON.stringify(patch === null ? [] : patchArguments(patch)),
      },
    },
  )
  const { testResults } = JSON.parse(readFileSync(`${ROOT}${TOLD}`, 'utf8')) as VitestReport
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed')
  if (failed === undefined) return null
  const said = failed.failureMessages.join('\n')
  if (said.includes(`expected ${NOT_PATCHED} to be`)) throw new Error(`${patch?.name}: not put in, or never loaded`)
  return { name: failed.fullName, how: tellingPart(said) }
}

/** The promise that broke, else what was expected; all the others are told as well. */
function tellingPart(said: string): string {
  return (/^fail .*$/m.exec(said) ?? /expected .* to .*/.exec(said))?.[0] ?? said
}

interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}
