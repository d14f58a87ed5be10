import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { parseConfig } from './config-parse.ts'
import { readJournal } from './journal/read.ts'
import type { LaunchOptions } from './launch.ts'
import { systemClock } from './seams/clock.ts'
import { openTarget } from './targets.ts'

const LAUNCH = new URL('./launch.ts', import.meta.url).href
const CALM = fileURLToPath(new URL('../fixtures/worlds/calm.json', import.meta.url))
/** Progress is told more often than this, so that some is due when the process goes on. */
const STOPPED_MS = 400
/** Patience for a busy machine: it bounds a failure, a passing test does not wait. */
const WAIT = { interval: 20, timeout: 120_000 }

test('a runtime whose parent dies while it has something to tell it closes every trade all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orphan-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const journalPath = join(folder, 'journal.jsonl')
  await using target = await openTarget(parseConfig({ SYMBOLS_TO_TRADE: 'BTCUSDT' }), { worldFile: CALM })
  const runtime = await launchedByAnother({ config: target.config, journalPath })
  // It hears of the end of its parent only after it has tried to tell it how far it is.
  process.kill(runtime.pid, 'SIGSTOP')
  await runtime.killParent()
  await systemClock.sleep(STOPPED_MS)
  process.kill(runtime.pid, 'SIGCONT')
  await expect.poll(() => readJournal(journalPath).finished?.data, WAIT).toBeDefined()
  expect(readJournal(journalPath).finished!.data).toEqual({
    exitCode: 0,
    reason: 'the parent process is gone',
    tradesLeftOpen: [],
  })
})

/** Has a process of its own launch the runtime, and waits until that trades. */
async function launchedByAnother(options: Pick<LaunchOptions, 'config' | 'journalPath'>) {
  const script = `
    import { launchRuntime } from '${LAUNCH}'
    const runtime = launchRuntime({ ...JSON.parse(process.env.OPTIONS), onOutput: () => undefined })
    await runtime.ready
    console.log(runtime.pid)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { OPTIONS: JSON.stringify(options) },
  })
  const exited = once(parent, 'exit')
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  const killParent = async (): Promise<void> => {
    parent.kill('SIGKILL')
    await exited
  }
  return { pid: Number(line), killParent }
}
