/**
 * The `run` command: configuration in, a supervised run, a verdict out.
 *
 *   environment + arguments ─► target ─► runtime process ⇄ signals, progress ─► venue's truth ─► promises ─► report
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { judgeRun } from './aftermath.ts'
import type { Config } from './config.ts'
import { ConfigError, parseConfig } from './config-parse.ts'
import { configWarnings } from './config-warnings.ts'
import { FaultPlanError, parsePlan } from './faults/plan.ts'
import { describeFinding, overall } from './journal/summary.ts'
import type { RuntimeProcess } from './launch.ts'
import { launchRuntime } from './launch.ts'
import { InTheWayError, makeWay } from './make-way.ts'
import { duration } from './metrics/text.ts'
import { reportFromJournals } from './report/command.ts'
import { writeReport } from './report/write.ts'
import type { RunArguments } from './run-arguments.ts'
import { parseRunArguments, RUN_HELP } from './run-arguments.ts'
import type { Progress } from './runtime-types.ts'
import { givesHelp, refuseInput } from './seams/arguments.ts'
import { systemClock } from './seams/clock.ts'
import type { Target } from './targets.ts'
import { openTarget, TargetError } from './targets.ts'

interface FaultFile {
  readonly path: string
  readonly names: readonly string[]
}

/** Where there is no terminal to rewrite a line on, progress is a plain line this often, ms. */
const PLAIN_EVERY_MS = 10_000

/** Resolves with the exit code. */
export async function runRun(argv: readonly string[]): Promise<number> {
  if (givesHelp(argv, RUN_HELP, process.stdout)) return 0
  const problems: string[] = []
  const request = parseRunArguments(argv, problems)
  const faults = readFaults(request.faultsFile, problems)
  await tryHandlers(request.handlersFile, problems)
  const config = readConfig(request, problems)
  if (config === null || problems.length > 0) return refuseInput('run', problems, process.stderr)
  try {
    const target = await openTarget(config, request.worldFile === null ? {} : { worldFile: request.worldFile })
    await using _held = target
    return await supervise(target, request, faults)
  } catch (error) {
    if (error instanceof TargetError || error instanceof InTheWayError)
      return refuseInput('run', [error.message], process.stderr)
    throw error
  }
}

function readConfig(request: RunArguments, problems: string[]): Config | null {
  try {
    const env = request.target === null ? process.env : { ...process.env, SCENARIO_TARGET: request.target }
    const config = parseConfig(env)
    for (const warning of configWarnings(env, config)) process.stderr.write(`warning: ${warning}\n`)
    const { durationMs, maxTrades } = request
    return { ...config, durationMs: durationMs ?? config.durationMs, maxTrades: maxTrades ?? config.maxTrades }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(error.message)
    return null
  }
}

function readFaults(path: string | null, problems: string[]): FaultFile | null {
  if (path === null) return null
  try {
    return {
      path,
      names: parsePlan(JSON.parse(readFileSync(path, 'utf8')), 'process').faults.map((fault) => fault.name),
    }
  } catch (error) {
    if (!(error instanceof FaultPlanError || error instanceof SyntaxError)) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null // said already, with the other arguments
      throw error
    }
    problems.push(`--faults ${path}: ${error.message}`)
    return null
  }
}

/** The runtime's process loads them itself; here it is said in time when that would fail. */
async function tryHandlers(path: string | null, problems: string[]): Promise<void> {
  if (path === null || !existsSync(path)) return // said already, with the other arguments
  try {
    const { readHandlersFile } = await import('./exchange/user-handlers.ts')
    await readHandlersFile(resolve(path))
  } catch (error) {
    problems.push(`--fault-handlers ${path}: ${(error as Error).message}`)
  }
}

async function supervise(target: Target, request: RunArguments, faults: FaultFile | null): Promise<number> {
  mkdirSync(request.out, { recursive: true })
  const journalPath = join(request.out, 'journal.jsonl')
  const screen = createScreen(process.stdout)
  const leftover = await makeWay({
    journalPath,
    recoverFile: request.recoverFile,
    config: target.config,
    clock: systemClock,
    print: (text) => screen.print(`${text}\n`),
  })
  await using runtime = launchRuntime({
    config: target.config,
    journalPath,
    leftover: leftover ?? undefined,
    ...(faults === null ? {} : { faultPlan: faults }),
    ...(request.handlersFile === null ? {} : { faultHandlers: resolve(request.handlersFile) }),
    onOutput: (text) => screen.print(text),
    onProgress: (progress) => screen.show(progress),
  })
  const stopForwarding = forwardSignals(runtime)
  const exit = await runtime.exited
  screen.clear()
  stopForwarding() // from here on Ctrl-C means this process
  const { findings } = await judgeRun(target.config, journalPath, target.adminUrl)
  process.stdout.write(`\n${findings.map(describeFinding).join('\n')}\n`)
  const page = writeReport(reportFromJournals([journalPath]), request.out)
  process.stdout.write(`journal: ${journalPath}\nreport: ${page}\n`)
  return exit.code === 0 && overall(findings) === 'pass' ? 0 : 1
}

/** Each signal is passed on; the runtime knows what a first and a second one mean. */
function forwardSignals(runtime: RuntimeProcess): () => void {
  const onSignal = (name: NodeJS.Signals): void => runtime.signal(name as 'SIGINT' | 'SIGTERM')
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

interface Screen {
  print(text: string): void
  show(progress: Progress): void
  clear(): void
}

/** On a terminal the last line is rewritten; elsewhere a plain line now and then. */
function createScreen(out: NodeJS.WriteStream): Screen {
  const isTerminal = out.isTTY === true
  let shown = false
  let lastPlainMs = 0
  const clear = (): void => {
    if (shown) out.write('\r\u001b[K')
    shown = false
  }
  return {
    clear,
    print(text) {
      clear()
      out.write(text)
    },
    show(progress) {
      if (isTerminal) {
        clear()
        out.write(progressText(progress).slice(0, Math.max(20, out.columns - 1)))
        shown = true
      } else if (progress.elapsedMs >= lastPlainMs + PLAIN_EVERY_MS) {
        lastPlainMs = progress.elapsedMs
        out.write(`${progressText(progress)}\n`)
      }
    },
  }
}

function progressText(progress: Progress): string {
  const { elapsedMs, quotesPerSecond, opportunities, trades, openTrades, nakedUsd, endToEndP99Us } = progress
  return [
    `${(elapsedMs / 1000).toFixed(0)} s`,
    `${quotesPerSecond.toFixed(0)} quotes/s`,
    `${opportunities} opportunities`,
    `${trades} trades (${openTrades} open)`,
    `naked ${nakedUsd.toFixed(2)} USD`,
    `P99 ${duration(endToEndP99Us)}`,
  ].join(' | ')
}
