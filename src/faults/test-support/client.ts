/**
 * A client for the fault tests: the packages the runtime uses (undici's Pool, npm `ws`), driven from outside.
 *
 *   test ─ one JSON command per line ─► stdin        stdout ─ one JSON answer per line ─► test
 *
 * It knows nothing of faults; the test starts it with the preload. `thread: "worker"` runs a command in a worker
 * thread of this process, as the runtime's feed does.
 */
import { createHmac } from 'node:crypto'
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Pool } from 'undici'
import { WebSocket } from 'ws'
import { systemClock } from '../../seams/clock.ts'

export interface RestCommand {
  readonly do: 'rest'
  readonly origin: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  /** The client gives up after so long. */
  readonly timeoutMs?: number
  /** Size of the pool it goes through, default 4; each size is a pool of its own. */
  readonly connections?: number
}
export interface RestResult {
  readonly status: number | null
  readonly text: string | null
  readonly headers: Readonly<Record<string, unknown>>
  /** Error code or name when there was no answer. */
  readonly error: string | null
  readonly tookMs: number
}
/** Opens a socket; answers when it is open or has failed. */
export interface OpenCommand {
  readonly do: 'open'
  readonly url: string
  readonly name: string
  readonly handshakeTimeoutMs?: number
}
/** Answers when that socket has seen so many events of that kind. */
export interface AwaitCommand {
  readonly do: 'await'
  readonly name: string
  readonly event: string
  readonly count: number
}
/** Everything the socket has seen so far. */
export interface SeenCommand {
  readonly do: 'seen'
  readonly name: string
}
export interface SocketCommand {
  readonly do: 'send' | 'ping' | 'terminate'
  readonly name: string
  readonly text?: string
}
export type Command = (RestCommand | OpenCommand | AwaitCommand | SeenCommand | SocketCommand) & {
  readonly thread?: 'main' | 'worker'
}
/** "open", "message:<text>", "pong", "error:<message>", "close:<code>", in the order in which they came. */
export type Seen = readonly string[]

const apiKey = 'key'
const apiSecret = process.env['BYBIT_DEMO_API_SECRET'] ?? ''
const pools = new Map<string, Pool>()
const sockets = new Map<string, { readonly socket: WebSocket; readonly seen: string[]; changed: () => void }>()

async function perform(command: Command): Promise<unknown> {
  if (command.do === 'rest') return await rest(command)
  if (command.do === 'open') return await open(command)
  const entry = sockets.get(command.name)
  if (entry === undefined) throw new Error(`no socket ${command.name}`)
  if (command.do === 'await') await untilSeen(command)
  if (command.do === 'send') entry.socket.send(command.text ?? '')
  if (command.do === 'ping') entry.socket.ping()
  if (command.do === 'terminate') entry.socket.terminate()
  return entry.seen
}

async function rest({
  origin,
  method,
  path,
  body,
  timeoutMs = 5000,
  connections = 4,
}: RestCommand): Promise<RestResult> {
  const pool = pools.get(`${connections} ${origin}`) ?? new Pool(origin, { connections })
  pools.set(`${connections} ${origin}`, pool)
  const text = body === undefined ? '' : JSON.stringify(body)
  const timestamp = String(systemClock.wallMs())
  const query = path.split('?')[1] ?? ''
  const sign = createHmac('sha256', apiSecret)
    .update(`${timestamp}${apiKey}1000${text === '' ? query : text}`)
    .digest('hex')
  const startUs = systemClock.nowUs()
  const tookMs = (): number => (systemClock.nowUs() - startUs) / 1000
  try {
    const reply = await pool.request({
      method,
      path,
      headers: {
        'content-type': 'application/json',
        'X-BAPI-API-KEY': apiKey,
        'X-BAPI-TIMESTAMP': timestamp,
        'X-BAPI-RECV-WINDOW': '1000',
        'X-BAPI-SIGN': sign,
      },
      ...(text === '' ? {} : { body: text }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return {
      status: reply.statusCode,
      text: await reply.body.text(),
      headers: reply.headers,
      error: null,
      tookMs: tookMs(),
    }
  } catch (error) {
    return { status: null, text: null, headers: {}, error: errorName(error), tookMs: tookMs() }
  }
}

async function open({ url, name, handshakeTimeoutMs = 5000 }: OpenCommand): Promise<Seen> {
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: handshakeTimeoutMs })
  const seen: string[] = []
  const entry = { socket, seen, changed: (): void => undefined }
  sockets.set(name, entry)
  const note = (event: string): void => {
    seen.push(event)
    entry.changed()
  }
  socket.on('message', (data) => note(`message:${data.toString()}`))
  socket.on('pong', () => note('pong'))
  socket.on('error', ({ message }) => note(`error:${message}`))
  return await new Promise((resolve) => {
    socket.on('open', () => {
      note('open')
      resolve(seen)
    })
    socket.on('close', (code) => {
      note(`close:${code}`)
      resolve(seen)
    })
  })
}

async function untilSeen({ name, event, count }: AwaitCommand): Promise<void> {
  const entry = sockets.get(name)
  if (entry === undefined) return
  const isEnough = (): boolean => entry.seen.filter((seen) => seen.startsWith(event)).length >= count
  if (isEnough()) return
  await new Promise<void>((resolve) => {
    entry.changed = () => {
      if (isEnough()) resolve()
    }
  })
}

function errorName(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

interface Numbered {
  readonly id: number
  readonly command: Command
}

if (isMainThread) {
  let worker: Worker | undefined
  const answer = (line: unknown): void => {
    process.stdout.write(`${JSON.stringify(line)}\n`)
  }
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const { id, command } = JSON.parse(line) as Numbered
    if (command.thread === 'worker') {
      worker ??= new Worker(new URL(import.meta.url)).on('message', answer)
      worker.postMessage({ id, command })
      return
    }
    void perform(command).then((result) => answer({ id, result }))
  })
  // The end of stdin is the end of the client: sockets and threads are left behind.
  lines.on('close', () => process.exit(0))
} else {
  parentPort?.on('message', ({ id, command }: Numbered) => {
    void perform(command).then((result) => parentPort?.postMessage({ id, result }))
  })
}
