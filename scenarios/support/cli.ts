/**
 * The command line as a real child process at a venue of the scenario's own, for what only a process can show: signals,
 * exit codes, what is printed, what is left behind.
 */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Target } from '../../src/targets.ts'
import { BUILT } from './paths.ts'
import { within } from './scenario.ts'
import { PATIENCE_MS } from './tail.ts'

export interface CliRun extends AsyncDisposable {
  readonly child: ChildProcess
  output(): string
  /** As Ctrl-C at a terminal does: to the whole foreground process group. */
  signalGroup(name: NodeJS.Signals): void
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/** `run` against a venue that is already there: to the command line it is the demo target at overridden URLs. */
export function startCli(
  target: Target,
  out: string,
  settings: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): CliRun {
  const { restUrl, publicUrl, privateUrl, apiKey, apiSecret } = target.config
  const child = spawn(process.execPath, [join(BUILT, 'cli.js'), 'run', '--out', out, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...settings,
      SCENARIO_TARGET: 'demo',
      BYBIT_DEMO_REST_URL: restUrl,
      BYBIT_DEMO_PUBLIC_URL: publicUrl,
      BYBIT_DEMO_PRIVATE_URL: privateUrl,
      BYBIT_DEMO_API_KEY: apiKey,
      BYBIT_DEMO_API_SECRET: apiSecret,
    },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const signalGroup = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, name)
  }
  return {
    child,
    output: () => printed,
    signalGroup,
    exited,
    [Symbol.asyncDispose]: async () => {
      signalGroup('SIGTERM')
      await within(exited, PATIENCE_MS, 'the end of the command line')
    },
  }
}
