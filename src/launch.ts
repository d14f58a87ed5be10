/**
 * Starts the runtime as a process of its own, with plain JSON configuration and nothing it does not need.
 *
 *   CLI or scenario (zod, report, MSW's plan) ── fork ──► runtime-main: sockets, strategy, orders
 *                 ▲                        configuration over IPC, secrets in no command line
 *                 └──────────── ready · progress · finished ────────┘
 *
 * The runtime has its own process group: Ctrl-C at a terminal reaches the parent alone, which passes it on, so one
 * keystroke is one signal. Should the parent disappear, the channel closes and the runtime shuts down gracefully.
 */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Config } from './config.ts'
import type { Leftover } from './domain/leftover.ts'
import { faultLaunchArguments } from './faults/launch-arguments.ts'
import type { Progress, RunResult } from './runtime-types.ts'
import type { Clock } from './seams/clock.ts'
import { systemClock } from './seams/clock.ts'

export interface LaunchOptions {
  readonly config: Config
  readonly journalPath: string
  /** What an earlier run left; written into the journal already (`makeWay`). */
  readonly leftover?: Leftover | undefined
  /** A validated fault plan's file; the fault layer is loaded only when there is one. */
  readonly faultPlan?: { readonly path: string; readonly names: readonly string[] }
  /** Module with handlers in MSW's own style. */
  readonly faultHandlers?: string
  /** Further arguments to Node: an inspector, a preload. */
  readonly nodeArguments?: readonly string[]
  /** Where the runtime's own lines (warnings, periodic line, summary) go. */
  readonly onOutput: (text: string) => void
  readonly onProgress?: (progress: Progress) => void
  readonly clock?: Clock
}

export interface RuntimeProcess {
  readonly pid: number
  /** Resolves when the run trades; rejects when it ended before. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<RuntimeExit>
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void
  [Symbol.asyncDispose](): Promise<void>
}

export interface RuntimeExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly result: RunResult | null
}

/** What the parent sends, once. */
export interface LaunchMessage {
  readonly config: Config
  readonly journalPath: string
  readonly plannedFaults: readonly string[]
  readonly leftover?: Leftover | undefined
}

/** What the runtime sends. */
export type RuntimeMessage =
  | { readonly is: 'ready' }
  | { readonly is: 'progress'; readonly progress: Progress }
  | { readonly is: 'finished'; readonly result: RunResult }

/**
 * What keeps the runtime within its memory budget. Each flag's worth was measured under load, on two threads:
 * undici's parser is WebAssembly, and optimising it costs 9 MB; V8's middle compiler costs 7 MB and gains nothing here;
 * its helper threads cost 2 to 3 MB, and two cores have no room for them. V8 would let a heap of 11 MB grow by 8 before it
 * collects, and what a trade leaves behind in a minute is as much: begun at a tenth of that way, a collection comes every
 * five seconds, costs 25 ms of processor time in steps below half a millisecond and 2 to 4 ms at its end, and the highest
 * memory of a minute is 91 MB instead of 99.
 */
const V8_FLAGS = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--v8-pool-size=1',
  '--liftoff-only',
  '--no-maglev',
  '--single-threaded',
  '--incremental-marking-soft-trigger=10',
  '--incremental-marking-hard-trigger=15',
  '--disable-warning=ExperimentalWarning',
]
const ENVIRONMENT = {
  // The same process whatever else is installed beside `ws`.
  WS_NO_BUFFER_UTIL: '1',
  // One arena, and freed memory given back at once: together 1 to 2 MB less.
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TOP_PAD_: '32768',
}
const DISPOSE_MAX_MS = 10_000

export function launchRuntime(options: LaunchOptions): RuntimeProcess {
  const child = start(options)
  let result: RunResult | null = null
  const exited = new Promise<RuntimeExit>((resolve) => {
    // `close` comes after the output pipes have been read to their end.
    child.once('close', (code, signal) => resolve({ code, signal, result }))
  })
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: RuntimeMessage) => {
      if (message.is === 'ready') resolve()
      if (message.is === 'progress') options.onProgress?.(message.progress)
      if (message.is === 'finished') result = message.result
    })
    child.once('error', reject)
    void exited.then(({ code, signal }) =>
      reject(new Error(`the runtime ended before it was ready: ${signal ?? code}`)),
    )
  })
  ready.catch(() => {}) // whoever does not wait for it learns from `exited`
  child.send({
    config: options.config,
    journalPath: options.journalPath,
    plannedFaults: options.faultPlan?.names ?? [],
    leftover: options.leftover,
  } satisfies LaunchMessage)
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) child.kill(name)
  }
  const dispose = async (): Promise<void> => {
    signal('SIGTERM')
    const giveUp = (options.clock ?? systemClock).after(DISPOSE_MAX_MS, () => signal('SIGKILL'))
    await exited
    giveUp()
  }
  return { pid: child.pid ?? -1, ready, exited, signal, [Symbol.asyncDispose]: dispose }
}

function start(options: LaunchOptions): ChildProcess {
  const faults = faultMount(options)
  const child = fork(fileURLToPath(siblingOf('./runtime-main')), [], {
    execArgv: [...V8_FLAGS, ...(options.nodeArguments ?? []), ...faults.execArgv],
    // Nothing of the parent's environment but what a process needs to run at all.
    env: { ...ENVIRONMENT, ...faults.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  child.stdout?.setEncoding('utf8').on('data', options.onOutput)
  child.stderr?.setEncoding('utf8').on('data', options.onOutput)
  return child
}

/** What the fault layer adds, nothing without a plan or handlers. Orders that a fault changes must be signed anew, hence the secret. */
function faultMount({ faultPlan, faultHandlers, journalPath, config }: LaunchOptions): ProcessAdditions {
  if (faultPlan === undefined && faultHandlers === undefined) return { execArgv: [], environment: {} }
  const { execArgv, environment } = faultLaunchArguments({
    journalPath,
    ...(faultPlan === undefined ? {} : { planPath: faultPlan.path }),
    ...(faultHandlers === undefined ? {} : { handlersPath: faultHandlers }),
  })
  return { execArgv, environment: { ...environment, BYBIT_DEMO_API_SECRET: config.apiSecret } }
}

interface ProcessAdditions {
  readonly execArgv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** Sources run as `.ts`, the package as `.js`: a sibling has the same ending as this module. */
function siblingOf(path: string): URL {
  return new URL(`${path}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
}
