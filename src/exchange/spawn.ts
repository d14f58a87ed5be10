/**
 * The exchange as a process of its own, for whoever measures or disturbs a client: its work must not run on the client's
 * thread, and a signal for the client must not reach it.
 *
 *   spawnExchange ─► node main.ts ─► one JSON line ─► addresses        stop() ─► SIGTERM ─► exit 0
 *
 * The child has its own process group (Ctrl-C at a terminal ends the client first, the venue after it) and ends when
 * this process does, however that happens, because the IPC channel between them closes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '../seams/clock.ts'
import type { ExchangeCounters } from './admin.ts'
import type { CutHow } from './connection.ts'
import type { WorldChange } from './core/types.ts'

export interface SpawnOptions {
  readonly worldFile: string
  /** Whether to open the admin side. */
  readonly admin: boolean
  /** Whether to open a second address where the same market looks like demo. Default no. */
  readonly demo?: boolean
  readonly seed?: string
  /** A fault plan's file, applied at the venue's door. */
  readonly faultsFile?: string
  /** Where the venue keeps a journal of its own. */
  readonly journalFile?: string
  /** How long the process may take until it listens, ms. Default 15,000. */
  readonly startMaxMs?: number
  readonly clock?: Clock
}

export interface SpawnedExchange {
  readonly restUrl: string
  readonly publicUrl: string
  readonly privateUrl: string
  readonly tradeUrl: string
  readonly adminUrl: string | null
  readonly apiKey: string
  readonly apiSecret: string
  /** Null unless asked for. */
  readonly demo: SpawnedDemo | null
  readonly pid: number
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SpawnedDemo {
  readonly restUrl: string
  readonly privateUrl: string
  readonly apiKey: string
  readonly apiSecret: string
}

interface Addresses {
  readonly rest: string
  readonly publicStream: string
  readonly privateStream: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly demo?: {
    readonly rest: string
    readonly privateStream: string
    readonly apiKey: string
    readonly apiSecret: string
  }
  readonly admin?: string
}

const START_MAX_MS = 15_000
/** After so long a stop becomes a kill, ms. */
const STOP_MAX_MS = 3000
const ERROR_KEPT_CHARACTERS = 4000

/** Starts the exchange and waits until it listens. Rejects with what the process wrote to stderr when it does not. */
export async function spawnExchange(options: SpawnOptions): Promise<SpawnedExchange> {
  const { clock = systemClock, startMaxMs = START_MAX_MS } = options
  const child = start(options)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const giveUp = clock.after(STOP_MAX_MS, () => child.kill('SIGKILL'))
    await exited
    giveUp()
  }
  try {
    const said = await listening(child, startMaxMs, clock)
    return { ...spawnedAt(said), pid: child.pid!, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function spawnedAt({ rest, publicStream, privateStream, apiKey, apiSecret, demo, admin }: Addresses) {
  return {
    restUrl: rest,
    publicUrl: publicStream,
    privateUrl: privateStream,
    tradeUrl: `${new URL('/v5/trade', privateStream)}`,
    adminUrl: admin ?? null,
    apiKey,
    apiSecret,
    demo: demo === undefined ? null : demoAt(demo),
  }
}

function demoAt({ rest, privateStream, apiKey, apiSecret }: NonNullable<Addresses['demo']>): SpawnedDemo {
  return { restUrl: rest, privateUrl: privateStream, apiKey, apiSecret }
}

/** The child gets no environment of ours: no credentials, no preload meant for the client. */
function start({ worldFile, admin, demo = false, seed, faultsFile, journalFile }: SpawnOptions): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const entry = fileURLToPath(new URL(`./main.${extension}`, import.meta.url))
  const argv = [
    '--world',
    worldFile,
    '--admin-port',
    admin ? '0' : 'off',
    '--demo-port',
    demo ? '0' : 'off',
    ...(seed === undefined ? [] : ['--seed', seed]),
    ...(faultsFile === undefined ? [] : ['--faults', faultsFile]),
    ...(journalFile === undefined ? [] : ['--journal', journalFile]),
  ]
  return fork(entry, argv, { detached: true, env: {}, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

function listening(child: ChildProcess, startMaxMs: number, clock: Clock): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    let errors = ''
    const lines = createInterface({ input: child.stdout! })
    const settle = (act: () => void): void => {
      cancel()
      lines.close()
      child.stdout!.resume()
      act()
    }
    const fail = (why: string): void =>
      settle(() => reject(new Error(`the exchange ${why}${errors && `:\n${errors}`}`)))
    const cancel = clock.after(startMaxMs, () => fail(`did not listen within ${startMaxMs} ms`))
    child.stderr!.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-ERROR_KEPT_CHARACTERS)
    })
    child.once('error', (error) => fail(`could not be started (${error.message})`))
    child.once('close', (code, signal) => fail(`ended with ${code ?? signal} before it listened`))
    lines.once('line', (line) => {
      const addresses = addressesOf(line)
      if (addresses === undefined) fail(`said ${JSON.stringify(line)} instead of its addresses`)
      else settle(() => resolve(addresses))
    })
  })
}

function addressesOf(line: string): Addresses | undefined {
  try {
    const value = JSON.parse(line) as Addresses
    return typeof value.rest === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** What the exchange has counted since its start. */
export function readCounters(adminUrl: string): Promise<ExchangeCounters> {
  return ask(`${adminUrl}/counters`) as Promise<ExchangeCounters>
}

/** Changes the world while it runs. Rejects with the problems the exchange names. */
export async function control(adminUrl: string, change: WorldChange): Promise<void> {
  await ask(`${adminUrl}/control`, change)
}

/** Cuts all sockets of a stream at the venue's end. Resolves with how many. */
export async function cutStreams(adminUrl: string, stream: 'public' | 'private', how: CutHow): Promise<number> {
  return ((await ask(`${adminUrl}/streams/cut`, { stream, how })) as { readonly cut: number }).cut
}

async function ask(url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
  const answer: unknown = await response.json()
  if (response.ok) return answer
  throw new RangeError(`${url} answered ${response.status}: ${(answer as { problems: string[] }).problems.join('; ')}`)
}
