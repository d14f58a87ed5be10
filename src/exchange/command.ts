/**
 * The `exchange` command: arguments in, a running venue, one JSON line when it listens.
 *
 *   {"rest":"http://…","publicStream":"ws://…","privateStream":"ws://…","apiKey":"…","apiSecret":"…",
 *    "demo":{"rest":"http://…","privateStream":"ws://…","apiKey":"…","apiSecret":"…"},"admin":"http://…"}
 *
 * The key and secret are the mock's own, made up by its world; they open nothing else.
 */
import { givesHelp, type Output, readArguments, refuseInput } from '../seams/arguments.ts'
import { DEFAULT_WORLD } from './default-world.ts'
import { startExchange } from './server.ts'
import { type ListenerAddresses, type ListenerSpec, NoKeyKnown, type RunningExchange } from './shell.ts'
import { openWatching, type WatchedArguments } from './watching.ts'
import { type World, WorldError } from './world.ts'
import { readWorldFile } from './world-file.ts'

const HELP = `usage: bybit-synthetic-test exchange [--world FILE] [--host H] [--port N] [--demo-port N|off] [--admin-port N|off]
                                    [--admin-host H] [--seed S] [--end-with signal|stdin]
                                    [--faults FILE] [--fault-handlers MODULE] [--journal FILE]

Runs a local Bybit v5 venue for linear USDT perpetuals until SIGINT or SIGTERM.

  --world FILE        starting state, JSON (default: the calm world that comes with the package)
  --host H            address to listen on (default 127.0.0.1)
  --port N            port for REST and all streams, as on mainnet (default 0: any free one)
  --demo-port N|off   one more port where the same market looks like demo (default off): no public stream, no trade
                      socket, 10032 for what demo lacks
  --admin-port N|off  side door for tests (default off)
  --admin-host H      address of the side door (default 127.0.0.1, whatever --host says)
  --seed S            another market of the same world (default: the world's own seed)
  --end-with WHAT     signal (default), or stdin: the end of the standard input ends the venue as well, for a starter that
                      may die without a word
  --faults FILE       a fault plan, JSON: what goes wrong between the venue and its clients, on requests, answers, streams
  --fault-handlers M  a module whose default export is an array of MSW http handlers, asked before the plan
  --journal FILE      writes orders, executions, refusals and applied faults for the check command; the file must be new or empty
  --help              this text

When it listens it prints one line of JSON: rest, publicStream, privateStream, apiKey, apiSecret; demo (rest, privateStream,
apiKey, apiSecret) and admin when open. Orders by socket: /v5/trade beside /v5/private.
Exit codes: 0 closed on request, 2 bad input (every problem is named at once).
`

export interface ExchangeCommand {
  readonly worldFile: string
  readonly host: string
  readonly port: number
  readonly demoPort: number | null
  readonly adminPort: number | null
  readonly adminHost: string
  readonly seed: string | null
  readonly endWith: 'signal' | 'stdin'
  readonly watched: WatchedArguments
}

/** Runs until a signal, or until the parent goes away if it keeps an IPC channel. Resolves with the exit code. */
export async function runExchange(
  argv: readonly string[],
  stdout: Output = process.stdout,
  stderr: Output = process.stderr,
): Promise<number> {
  if (givesHelp(argv, HELP, stdout)) return 0
  const problems: string[] = []
  const command = parseArguments(argv, problems)
  const world = readWorld(command.worldFile, problems)
  if (problems.length > 0 || world === undefined) return refuseInput('exchange', problems, stderr)
  const played = command.seed === null ? world : { ...world, seed: command.seed }
  const watching = await openWatching(command.watched, String(played.seed), problems)
  if (watching === null) return refuseInput('exchange', problems, stderr)
  const ended = untilAskedToEnd(command.endWith)
  try {
    // Disposed in the opposite order: the venue closes first, then its journal.
    using _watching = watching
    await using exchange = await startExchange({
      ...watching.options,
      world: played,
      host: command.host,
      listeners: listenersOf(command),
      adminPort: command.adminPort,
      adminHost: command.adminHost,
    })
    stdout.write(`${JSON.stringify(addressesOf(exchange))}\n`)
    await ended
  } catch (error) {
    if (error instanceof NoKeyKnown)
      return refuseInput('exchange', [`--world ${command.worldFile}: ${error.message}`], stderr)
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL' && code !== 'ENOTFOUND') throw error
    return refuseInput('exchange', [`cannot listen: ${(error as Error).message}`], stderr)
  }
  return 0
}

const OPTIONS = [
  '--world',
  '--host',
  '--port',
  '--demo-port',
  '--admin-port',
  '--admin-host',
  '--seed',
  '--end-with',
  '--faults',
  '--fault-handlers',
  '--journal',
]

/** Reads the arguments; whatever is wrong goes to `problems`, and a default takes its place. */
export function parseArguments(argv: readonly string[], problems: string[]): ExchangeCommand {
  const { options: given } = readArguments(argv, { options: OPTIONS, words: false }, problems)
  const endWith = given.get('--end-with') ?? 'signal'
  if (endWith !== 'signal' && endWith !== 'stdin')
    problems.push(`--end-with is ${JSON.stringify(endWith)}; allowed: signal or stdin`)
  return {
    worldFile: given.get('--world') ?? DEFAULT_WORLD,
    host: given.get('--host') ?? '127.0.0.1',
    port: portOf('--port', given.get('--port') ?? '0', problems),
    demoPort: optionalPort('--demo-port', given, problems),
    adminPort: optionalPort('--admin-port', given, problems),
    adminHost: given.get('--admin-host') ?? '127.0.0.1',
    seed: given.get('--seed') ?? null,
    endWith: endWith === 'stdin' ? 'stdin' : 'signal',
    watched: {
      faultsFile: given.get('--faults') ?? null,
      handlersFile: given.get('--fault-handlers') ?? null,
      journalFile: given.get('--journal') ?? null,
    },
  }
}

/** Null unless asked for. */
function optionalPort(name: string, given: ReadonlyMap<string, string>, problems: string[]): number | null {
  const text = given.get(name) ?? 'off'
  return text === 'off' ? null : portOf(name, text, problems, ' or off')
}

function portOf(name: string, text: string, problems: string[], orElse = ''): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  problems.push(`${name} is ${JSON.stringify(text)}; allowed: 0 to 65535${orElse}`)
  return 0
}

function readWorld(file: string, problems: string[]): World | undefined {
  try {
    return readWorldFile(file)
  } catch (error) {
    const found = error instanceof WorldError ? error.problems : [(error as Error).message]
    problems.push(...found.map((problem) => `--world ${file}: ${problem}`))
    return undefined
  }
}

function listenersOf({ port, demoPort }: ExchangeCommand): readonly [ListenerSpec, ...ListenerSpec[]] {
  const own: ListenerSpec = { persona: 'mainnet-like', port }
  return demoPort === null ? [own] : [own, { persona: 'demo', port: demoPort }]
}

function addressesOf({
  restUrl,
  publicUrl,
  privateUrl,
  apiKey,
  apiSecret,
  adminUrl,
  listeners,
}: RunningExchange): object {
  const demo = listeners.find(({ persona }) => persona === 'demo')
  return {
    rest: restUrl,
    publicStream: publicUrl,
    privateStream: privateUrl,
    apiKey,
    apiSecret,
    ...(demo === undefined ? {} : { demo: demoAddressesOf(demo) }),
    ...(adminUrl === null ? {} : { admin: adminUrl }),
  }
}

/** With a key of its own: demo may not know the other one. */
function demoAddressesOf({ restUrl, privateUrl, apiKey, apiSecret }: ListenerAddresses): object {
  return { rest: restUrl, privateStream: privateUrl, apiKey, apiSecret }
}

/** A signal, the end of the parent that started us with an IPC channel, or of an input somebody holds open for us. */
function untilAskedToEnd(endWith: ExchangeCommand['endWith']): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGINT', end)
      process.off('SIGTERM', end)
      process.off('disconnect', end)
      process.stdin.off('close', end)
      resolve()
    }
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    if (process.connected) process.on('disconnect', end)
    if (endWith === 'stdin') process.stdin.on('close', end).on('error', end).resume()
  })
}
