/**
 * Signed orders over loopback, against the floor: the same requests to a node server that answers a constant and knows
 * nothing. Blocks of each in turn, so that a busy machine is busy for both.
 *
 *   npx node src/exchange/rest.bench.ts
 *
 * One thread serves, another asks: keep-alive connections, each with one request under way, written and read as bare
 * bytes so that the asking thread is not what is measured. Every order is signed by itself, taken, matched and answered.
 * Target: 3,000 signed orders/s.
 */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { systemClock } from '../seams/clock.ts'
import { sign } from './auth.ts'
import { startExchange } from './server.ts'
import { parseWorld } from './world.ts'

const CONNECTIONS = 16
const BLOCK = 6_000
const BLOCKS = 7
const WAYS = ['floor', 'venue'] as const
type Way = (typeof WAYS)[number]

interface Job {
  readonly way: Way
  readonly port: number
  readonly key: string
  readonly secret: string
}

const FLOOR_ANSWER =
  '{"retCode":0,"retMsg":"OK","result":{"orderId":"00000000-0000-4000-8000-000000000000","orderLinkId":""},' +
  '"retExtInfo":{},"time":1767225600000}'

if (isMainThread) await main()
else ask(workerData as null)

async function main(): Promise<void> {
  await using exchange = await startExchange({ world: openWorld() })
  const floor = await startFloor()
  const worker = new Worker(new URL(import.meta.url), { workerData: null })
  const jobs: Readonly<Record<Way, Job>> = {
    floor: {
      way: 'floor',
      port: (floor.address() as AddressInfo).port,
      key: exchange.apiKey,
      secret: exchange.apiSecret,
    },
    venue: {
      way: 'venue',
      port: Number(new URL(exchange.restUrl).port),
      key: exchange.apiKey,
      secret: exchange.apiSecret,
    },
  }
  const blocks: Record<Way, Block[]> = { floor: [], venue: [] }
  for (let block = 0; block <= BLOCKS; block += 1) {
    for (const way of WAYS) {
      const before = process.threadCpuUsage()
      const { elapsedUs, refused } = await run(worker, jobs[way])
      const { user, system } = process.threadCpuUsage(before)
      if (refused > 0) throw new Error(`${way}: ${refused} of ${BLOCK} requests were not answered with retCode 0`)
      if (block === 0) continue // warm-up
      blocks[way].push({ perSecond: BLOCK / (elapsedUs / 1e6), cpuUs: (user + system) / BLOCK })
    }
  }
  await worker.terminate()
  floor.close()
  print(blocks, exchange.counters().core['executions'] ?? 0)
}

interface Block {
  readonly perSecond: number
  /** Of the serving thread, for one request, µs: what is left of the measurement on a machine that is busy elsewhere. */
  readonly cpuUs: number
}

function run(worker: Worker, job: Job): Promise<{ readonly elapsedUs: number; readonly refused: number }> {
  worker.postMessage(job)
  return new Promise((resolve) => worker.once('message', resolve))
}

/** The calm world with limits that never bind. */
function openWorld() {
  const calm = JSON.parse(readFileSync(new URL('../../fixtures/worlds/calm.json', import.meta.url), 'utf8')) as object
  return parseWorld({ ...calm, limits: { create: 100_000 }, ipCallsPer5s: 1_000_000 })
}

function startFloor(): Promise<Server> {
  const server = createServer((request, response) => {
    request.on('data', () => undefined)
    request.on('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': FLOOR_ANSWER.length })
      response.end(FLOOR_ANSWER)
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function print(blocks: Readonly<Record<Way, readonly Block[]>>, executions: number): void {
  const median = (way: Way, of: keyof Block): number =>
    blocks[way].map((block) => block[of]).toSorted((a, b) => a - b)[Math.floor(BLOCKS / 2)]!
  const row = (title: string, unit: string, of: keyof Block): string => {
    const [floor, venue] = [median('floor', of), median('venue', of)]
    const cells = [floor, venue].map((value) => value.toFixed(0).padStart(8)).join('')
    return `${title.padEnd(20)}${cells}  ${(venue / floor).toFixed(2).padStart(5)}  ${unit}`
  }
  process.stdout.write(
    [
      `median of ${BLOCKS} blocks each, ${BLOCK} orders per block, ${CONNECTIONS} connections, ${executions} executions`,
      `${''.padEnd(20)}${WAYS.map((way) => way.padStart(8)).join('')}  ratio`,
      row('signed orders', 'per second', 'perSecond'),
      row('serving thread', 'µs CPU per order', 'cpuUs'),
      `a core of its own would serve ${Math.round(1e6 / median('venue', 'cpuUs'))} per second`,
      `target 3,000 signed orders/s: ${median('venue', 'perSecond') >= 3000 ? 'met' : 'MISSED'}`,
      '',
    ].join('\n'),
  )
}

/** The asking thread: buys and sells the smallest lot in turn, each order at once filled. */
function ask(_: null): void {
  parentPort?.on('message', async (job: Job) => {
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(job.port)))
    const startedUs = systemClock.nowUs()
    let sent = 0
    let refused = 0
    const next = (): string | null => (sent < BLOCK ? requestText(job, sent++) : null)
    await Promise.all(sockets.map((socket) => drive(socket, next, () => (refused += 1))))
    const elapsedUs = systemClock.nowUs() - startedUs
    for (const socket of sockets) socket.destroy()
    parentPort?.postMessage({ elapsedUs, refused })
  })
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
  })
}

/** One request under way at a time until there are none left. Answers are short: each comes in one piece or two. */
function drive(socket: Socket, next: () => string | null, onRefused: () => void): Promise<void> {
  return new Promise((resolve) => {
    let text = ''
    const send = (): void => {
      const request = next()
      if (request === null) resolve()
      else socket.write(request)
    }
    socket.on('data', (chunk: string) => {
      text += chunk
      const head = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN)
      if (head < 0 || text.length < head + 4 + length) return
      if (!text.startsWith('{"retCode":0,', head + 4)) onRefused()
      text = ''
      send()
    })
    send()
  })
}

function requestText({ key, secret }: Job, number: number): string {
  const side = number % 2 === 0 ? 'Buy' : 'Sell'
  const body = `{"category":"linear","symbol":"BTCUSDT","side":"${side}","orderType":"Market","qty":"0.001"}`
  const stamp = Math.floor(systemClock.wallMs())
  return (
    'POST /v5/order/create HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n' +
    `X-BAPI-API-KEY: ${key}\r\nX-BAPI-TIMESTAMP: ${stamp}\r\nX-BAPI-RECV-WINDOW: 5000\r\n` +
    `X-BAPI-SIGN: ${sign(secret, `${stamp}${key}5000`, body)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}
