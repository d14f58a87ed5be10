/**
 * The public stream against its floor, in one run: blocks of each in turn, so that a busy machine is busy for both.
 *
 *   npx node src/exchange/stream.bench.ts [subscribers]
 *
 * exchange   market, books, frames and sockets of the venue: every subscriber holds every topic of three symbols, and the
 *            market goes on as fast as its frames are taken from it
 * floor      the same bytes, made beforehand, sent to as many sockets by a bare `ws` server, one `send` each
 *
 * Frames per second are counted where they arrive, in another thread. CPU is the sending thread's, and means something on
 * a busy machine, too. What it does not prove: anything about a network.
 */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type WebSocket, WebSocketServer } from 'ws'
import { systemClock } from '../seams/clock.ts'
import { createExchange } from './core/exchange.ts'
import { serveCore } from './shell.ts'
import { type ManualClock, manualClock } from './test-support/clients.ts'
import { parseWorld, type World } from './world.ts'

const START_MS = 1_767_225_600_000
const STEP_MS = 10
const STEPS = 100
const BLOCKS = 5
/** Frames on their way at most: enough to keep both threads busy, little enough not to measure buffers. */
const IN_FLIGHT_MAX = 20_000
const KINDS = ['orderbook.1', 'orderbook.50', 'orderbook.200', 'orderbook.1000', 'tickers', 'publicTrade', 'kline.1']

interface ClientsTerms {
  readonly url: string
  readonly count: number
  /** Empty: the server sends without being asked. */
  readonly topics: readonly string[]
  /** Frames received by all of them. */
  readonly received: Int32Array
}

interface Sender {
  /** One step further; answers how many frames that makes. */
  step(): number
  readonly received: Int32Array
}

if (isMainThread) await main(Number(process.argv[2] ?? 100))
else await receive(workerData as ClientsTerms)

async function main(subscribers: number): Promise<void> {
  const world = busyWorld()
  const topics = world.instruments.flatMap(({ symbol }) => KINDS.map((kind) => `${kind}.${symbol}`))
  const ways = {
    exchange: await exchangeSender(world, topics, subscribers),
    floor: await floorSender(world, topics, subscribers),
  }
  const figures: Record<keyof typeof ways, Figures[]> = { exchange: [], floor: [] }
  for (let block = 0; block <= BLOCKS; block += 1) {
    for (const way of ['exchange', 'floor'] as const) {
      const taken = await run(ways[way])
      if (block > 0) figures[way].push(taken)
    }
  }
  const { frames } = figures.floor[0]!
  print(`${subscribers} subscribers, ${topics.length} topics each, ${frames} frames a block`)
  for (const way of ['exchange', 'floor'] as const) {
    const perSecond = median(figures[way].map((each) => each.frames / each.seconds))
    const perFrameUs = median(figures[way].map((each) => each.cpuUs / each.frames))
    print(
      `${way.padEnd(9)}${perSecond.toFixed(0).padStart(9)} frames/s${perFrameUs.toFixed(2).padStart(8)} µs of CPU a frame`,
    )
  }
  process.exit(0)
}

interface Figures {
  readonly frames: number
  readonly seconds: number
  /** Of the sending thread alone. */
  readonly cpuUs: number
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Sends a block and waits until the last frame has arrived. */
async function run({ step, received }: Sender): Promise<Figures> {
  const before = Atomics.load(received, 0)
  const startUs = systemClock.nowUs()
  let frames = 0
  let cpuUs = 0
  const arrived = (): number => Atomics.load(received, 0) - before
  for (let n = 0; n < STEPS; n += 1) {
    const cpu = process.threadCpuUsage()
    frames += step()
    await turn()
    const { user, system } = process.threadCpuUsage(cpu)
    cpuUs += user + system
    while (frames - arrived() > IN_FLIGHT_MAX) await turn()
  }
  await until(() => arrived() === frames)
  return { frames, seconds: (systemClock.nowUs() - startUs) / 1e6, cpuUs }
}

async function exchangeSender(world: World, topics: readonly string[], count: number): Promise<Sender> {
  const clock: ManualClock = manualClock(START_MS)
  const exchange = await serveCore(createExchange(world, { startMs: START_MS }), { clock })
  const received = await startClients({ url: exchange.publicUrl, count, topics })
  const frames = (): number => Object.values(exchange.counters().frames).reduce((sum, each) => sum + each, 0)
  // Acknowledgements are no frames of a topic.
  await until(() => Atomics.load(received, 0) === frames() + count)
  return {
    received,
    step: () => {
      const before = frames()
      clock.pass(STEP_MS)
      return frames() - before
    },
  }
}

async function floorSender(world: World, topics: readonly string[], count: number): Promise<Sender> {
  const core = createExchange(world, { startMs: START_MS })
  for (const topic of topics) core.subscribe(topic)
  const steps = Array.from({ length: (BLOCKS + 1) * STEPS }, (_, at) =>
    core
      .advance(START_MS + (at + 1) * STEP_MS)
      .flatMap((push) => (push.kind === 'public' ? [JSON.stringify(push.frame)] : [])),
  )
  const sockets: WebSocket[] = []
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const received = await startClients({ url: `ws://127.0.0.1:${port}/`, count, topics: [] })
  let at = 0
  return {
    received,
    step: () => {
      const texts = steps[at]!
      at += 1
      for (const text of texts) for (const socket of sockets) socket.send(text)
      return texts.length * sockets.length
    },
  }
}

/** Lets sockets and the other thread have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await turn()
}

async function startClients(terms: Omit<ClientsTerms, 'received'>): Promise<Int32Array> {
  const received = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL(import.meta.url), { workerData: { ...terms, received } })
  await new Promise((resolve) => worker.once('message', resolve))
  return received
}

/** Many busy symbols: the load world's, three times as fast. */
function busyWorld(): World {
  const url = new URL('../../fixtures/worlds/calm.json', import.meta.url)
  const world = JSON.parse(readFileSync(url, 'utf8')) as { instruments: { market: object }[] }
  for (const { market } of world.instruments) Object.assign(market, { updatesPerSecond: 300, levels: 500 })
  return parseWorld(world)
}

/** The other thread: sockets that count frames and look at nothing else. */
async function receive({ url, count, topics, received }: ClientsTerms): Promise<void> {
  const { hostname, port, pathname } = new URL(url)
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(handshake(pathname)))
      let isOpen = false
      const count = frameCounter()
      socket.on('data', (chunk: Buffer) => {
        if (isOpen) Atomics.add(received, 0, count(chunk))
        else {
          isOpen = true
          // The answer to the handshake comes alone: nobody is told anything before he has asked, or before all are there.
          if (topics.length > 0) ask(socket, { op: 'subscribe', args: topics })
          resolve()
        }
      })
    })
  for (let at = 0; at < count; at += 1) await open()
  parentPort!.postMessage('ready')
}

function handshake(path: string): string {
  const key = Buffer.from('sixteen bytes ok').toString('base64')
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`
}

/** A text frame under the mask 0, which leaves the text as it is. */
function ask(socket: Socket, request: object): void {
  const text = Buffer.from(JSON.stringify(request))
  const head = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0])
  socket.write(Buffer.concat([head, text]))
}

/** Counts frames that end in a chunk; parts of headers and bodies carry over to the next one. */
function frameCounter(): (chunk: Buffer) => number {
  let left = 0
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = left
    let frames = left > 0 && at <= data.length ? 1 : 0
    for (;;) {
      if (at > data.length) break
      const size = data.length - at < 2 ? 0 : bodyOf(data, at)
      if (size === 0) break
      at += size
      if (at <= data.length) frames += 1
    }
    left = Math.max(0, at - data.length)
    rest = at < data.length ? data.subarray(at) : Buffer.alloc(0)
    return frames
  }
}

/** Header and body of the frame at a place, bytes; 0 while its header is not all there. */
function bodyOf(data: Buffer, at: number): number {
  const short = data[at + 1]! & 127
  if (short < 126) return 2 + short
  const headerBytes = short === 126 ? 4 : 10
  if (data.length - at < headerBytes) return 0
  return headerBytes + (short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2)))
}
