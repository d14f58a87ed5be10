/**
 * Starts `client.ts` in a process of its own with a fault plan mounted by the preload, as a launcher would.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { JournalLine } from '../../journal/events.ts'
import { faultLaunchArguments } from '../launch-arguments.ts'
import type { Fault } from '../plan-types.ts'
import type { Command, RestResult, Seen } from './client.ts'
import { TEST_SECRET, type TestVenue } from './venue.ts'

export type AppliedLine = JournalLine<'fault.applied'>

export interface RequestOptions {
  readonly timeoutMs?: number
  readonly body?: object
  readonly connections?: number
}

export interface DisturbedClient extends AsyncDisposable {
  /** A signed create of the leg, by undici's Pool. */
  create(clientId: string, leg: 'long' | 'short', more?: RequestOptions): Promise<RestResult>
  rest(method: 'GET' | 'POST', path: string, more?: RequestOptions): Promise<RestResult>
  run(command: Command): Promise<Seen>
  /** The `fault.applied` lines written so far. */
  journal(): readonly AppliedLine[]
  /** Resolves when the process is gone, however it went. */
  readonly ended: Promise<void>
  /** Everything it has written to stderr: must stay empty. */
  stderr(): string
}

export interface DisturbedOptions {
  readonly venue: Pick<TestVenue, 'origin'>
  readonly faults?: readonly Fault[]
  /** Source of a module for FAULT_HANDLERS. */
  readonly handlers?: string
}

export async function startDisturbedClient({
  venue,
  faults = [],
  handlers,
}: DisturbedOptions): Promise<DisturbedClient> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const planPath = join(folder, 'plan.json')
  const journalPath = join(folder, 'journal.jsonl')
  writeFileSync(planPath, JSON.stringify({ faults }))
  const launch = faultLaunchArguments({
    planPath,
    journalPath,
    ...(handlers === undefined ? {} : { handlersPath: handlers }),
  })
  const child = spawn(process.execPath, [...launch.execArgv, fileURLToPath(new URL('./client.ts', import.meta.url))], {
    env: { ...process.env, ...launch.environment, BYBIT_DEMO_API_SECRET: TEST_SECRET },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(() => undefined)
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  const ask = asker(child)
  const rest: DisturbedClient['rest'] = (method, path, more) =>
    ask({ do: 'rest', origin: venue.origin, method, path, ...(more as object) }) as Promise<RestResult>

  return {
    rest,
    create: (clientId, leg, more = {}) =>
      rest('POST', '/v5/order/create', {
        ...more,
        body: { ...orderBody(clientId, leg), ...more.body },
      }),
    run: (command) => ask(command) as Promise<Seen>,
    journal: () => (existsSync(journalPath) ? linesOf(readFileSync(journalPath, 'utf8')) : []),
    ended,
    stderr: () => complaints,
    [Symbol.asyncDispose]: async () => {
      const isOver = child.exitCode !== null || child.signalCode !== null
      child.stdin.end()
      if (!isOver) await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

/** Opening order of a leg: positionIdx 1 holds the long, 2 the short. */
function orderBody(orderLinkId: string, leg: 'long' | 'short'): object {
  return {
    category: 'linear',
    symbol: 'BTCUSDT',
    side: leg === 'long' ? 'Buy' : 'Sell',
    orderType: 'Limit',
    qty: '0.010',
    price: '60000.0',
    positionIdx: leg === 'long' ? 1 : 2,
    orderLinkId,
    reduceOnly: false,
  }
}

function asker(child: ChildProcess): (command: Command) => Promise<unknown> {
  const pending = new Map<number, (result: unknown) => void>()
  let asked = 0
  if (child.stdout === null || child.stdin === null) throw new Error('the client needs both pipes')
  const { stdin } = child
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result } = JSON.parse(line) as { id: number; result: unknown }
    pending.get(id)?.(result)
    pending.delete(id)
  })
  return (command) => {
    asked += 1
    const id = asked
    return new Promise((resolve) => {
      pending.set(id, resolve)
      stdin.write(`${JSON.stringify({ id, command })}\n`)
    })
  }
}

function linesOf(text: string): AppliedLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AppliedLine)
}
