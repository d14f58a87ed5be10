/**
 * Mounts a fault plan in a process that knows nothing of it:
 *
 *   FAULT_PLAN=plan.json FAULT_JOURNAL=journal.jsonl node --import …/faults/preload.ts runtime.ts
 *
 * Node runs `--import` again in every worker thread, before the worker's own code, unless the worker was given an
 * `execArgv` of its own; then the option must be repeated there (or stand in NODE_OPTIONS, which always reaches workers).
 *
 * Reads, besides the two above: `FAULT_HANDLERS`, path of a module whose default export is an array of MSW handlers,
 * asked before the plan; `BYBIT_DEMO_API_SECRET`, only to sign orders anew that the plan changes. Sets
 * `FAULT_MOUNTED_AT_US` for its workers, so that windows count from the same moment in every thread.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { isMainThread, threadId } from 'node:worker_threads'
import type { RequestHandler } from 'msw'
import { systemClock } from '../seams/clock.ts'
import { mountFaults } from './mount.ts'
import type { FaultPlan } from './plan-types.ts'

const environment = process.env
const planPath = environment['FAULT_PLAN'] ?? null
const handlersPath = environment['FAULT_HANDLERS'] ?? null

if (planPath !== null || handlersPath !== null) {
  environment['FAULT_MOUNTED_AT_US'] ??= String(systemClock.nowUs())
  try {
    await mountFaults({
      plan: planPath === null ? { faults: [] } : await readPlan(planPath),
      clock: systemClock,
      journalPath: environment['FAULT_JOURNAL'] ?? null,
      mountedAtUs: Number(environment['FAULT_MOUNTED_AT_US']),
      threadId,
      apiSecret: environment['BYBIT_DEMO_API_SECRET'] ?? null,
      userHandlers: handlersPath === null ? [] : await readHandlers(handlersPath),
    })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(2)
  }
}

/** A worker trusts what the main thread of its own process has just checked, and is spared loading zod. */
async function readPlan(path: string): Promise<FaultPlan> {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!isMainThread) return json as FaultPlan
  const { parsePlan } = await import('./plan.ts')
  return parsePlan(json, 'process')
}

async function readHandlers(path: string): Promise<readonly RequestHandler[]> {
  const { default: handlers } = (await import(pathToFileURL(path).href)) as { readonly default: unknown }
  if (Array.isArray(handlers) && handlers.every(isHandler)) return handlers
  throw new TypeError(`FAULT_HANDLERS=${path}: its default export must be an array of MSW http handlers`)
}

/** Not `ws.link(…)`: matched against the upgrade of an npm `ws` client it would open a socket that stays mute. */
function isHandler(value: unknown): value is RequestHandler {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'request'
}
