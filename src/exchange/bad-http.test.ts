import { expect, test } from 'vitest'
import { signedHeaders } from './test-support/clients.ts'
import { NOW_MS } from './test-support/setting.ts'
import { alive, setUpRoomy, upgrade, wire } from './test-support/wires.ts'

/**
 * What a client may do to the venue without its noticing: each ends in an answer or a closed connection, and somebody
 * else is served meanwhile. Here: HTTP and handshakes.
 */
// Long enough for whoever behaves on a machine that stands still for a moment.
const QUICK = { httpBounds: { requestMaxMs: 600, stuckMaxMs: 1_200 } }
const POST_HEAD = 'POST /v5/order/create HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n'

test.each([
  ['nothing at all', ''],
  ['half a head', 'GET /v5/market/time HTTP/1.1\r\nHos'],
  ['half a body', `${POST_HEAD}\r\n{"a"`],
  ['half a handshake', 'GET /v5/private HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: webso'],
])('a request of which only %s arrives is ended, with 408 or without a word', async (_, bytes) => {
  await using setting = await setUpRoomy(QUICK)
  const { socket, said } = await wire(setting.port)
  socket.write(bytes)
  expect(await said).toMatch(/^$|408/)
  socket.destroy()
  await alive(setting)
})

test('a head that trickles in is ended, however busy it looks', async () => {
  await using setting = await setUpRoomy(QUICK)
  const { socket, said } = await wire(setting.port)
  socket.write('GET /v5/market/time HTTP/1.1\r\n')
  let lines = 0
  const trickle = (): void => {
    if (socket.destroyed || socket.writableEnded) return
    lines += 1
    socket.write(`X-${lines}: 1\r\n`, () => setImmediate(trickle))
  }
  trickle()
  expect(await said).toMatch(/408|431|^$/)
  socket.destroy()
  await alive(setting)
})

test.each([
  ['no HTTP', 'HELO\r\n\r\n', /^HTTP\/1\.1 400/],
  ['a head without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
  [
    'two lengths',
    'POST /v5/order/create HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    / 400 /,
  ],
  ['a length and chunks', `${POST_HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, / 400 /],
  [
    'chunks of no size',
    'POST /v5/order/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    / 400 /,
  ],
  ['a handshake without a key', upgrade('/v5/private').replace(/Sec-WebSocket-Key.*\r\n/, ''), / 400 /],
  ['a handshake of another version', upgrade('/v5/private').replace(': 13', ': 7'), / 4\d\d /],
  ['a handshake by POST', upgrade('/v5/private').replace('GET', 'POST'), / 405 /],
  ['an upgrade to something else', upgrade('/v5/private').replace('websocket', 'h2c'), / 4\d\d /],
])('%s is refused and the connection ends', async (_, bytes, told) => {
  await using setting = await setUpRoomy()
  const { socket, said } = await wire(setting.port)
  socket.write(bytes)
  expect(await said).toMatch(told)
  socket.destroy()
  await alive(setting)
})

test('a client that hangs up its half behind the request still gets its answer', async () => {
  await using setting = await setUpRoomy()
  const { socket, said } = await wire(setting.port)
  socket.end('GET /v5/market/time HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(await said).toMatch(/^HTTP\/1\.1 200 .*"retCode":0/s)
})

test('a refused handshake is gone even when its client never hangs up', async () => {
  await using setting = await setUpRoomy()
  const { socket, said } = await wire(setting.port)
  socket.write(upgrade('/v5/elsewhere'))
  expect(await said).toMatch(/^HTTP\/1\.1 404/)
  // Our half is still open and written to; only a wire that is destroyed answers with a reset.
  const reset = new Promise((resolve) => socket.once('close', resolve))
  const knock = (): void => {
    if (!socket.destroyed) socket.write('x', () => setImmediate(knock))
  }
  knock()
  await reset
})

test('bodies come in pieces of one byte without filling the memory', async () => {
  await using setting = await setUpRoomy()
  const { socket, said } = await wire(setting.port)
  const head = Object.entries(signedHeaders('{}', { timestampMs: NOW_MS })).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.write(`POST /v5/order/create HTTP/1.1\r\nHost: x\r\n${head.join('')}Transfer-Encoding: chunked\r\n\r\n`)
  const before = process.memoryUsage().rss
  const piece = '1\r\n \r\n'.repeat(10_000)
  for (let i = 0; i < 40; i += 1) socket.write(piece)
  expect(await said).toMatch(/^HTTP\/1\.1 413/)
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
  socket.destroy()
  await alive(setting)
})

test('requests in one go, their answers unread, fill a bounded buffer and are ended', async () => {
  await using setting = await setUpRoomy({ httpBounds: { requestMaxMs: 60_000, stuckMaxMs: 300 } })
  const { socket } = await wire(setting.port)
  socket.pause()
  const ended = new Promise((resolve) => socket.once('close', resolve))
  const requests = 'GET /v5/market/time HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000)
  const before = process.memoryUsage().rss
  const flood = (): void => {
    if (!socket.destroyed) socket.write(requests, () => setImmediate(flood))
  }
  flood()
  await ended
  expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
  await alive(setting)
})
