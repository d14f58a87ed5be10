import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { systemClock } from '../seams/clock.ts'
import { createGate } from './gate.ts'
import type { Fault } from './plan-types.ts'
import { mountStreams } from './stream-mount.ts'

// What libuv does now and then, here always: every timer comes before its time.
const hasty: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(Math.max(0, ms - 2), callback) }

/** Connects with one socket fault mounted, and waits for the end; answers with the close code and how long it lived. */
async function cut(
  when: Partial<Fault>,
  mountedAgoMs: number,
): Promise<{ readonly code: number; readonly livedMs: number }> {
  const fault: Fault = {
    name: 'cut',
    party: 'public-stream',
    op: 'socket',
    ...when,
    verdict: { do: 'close', code: 1001 },
  }
  const mountedAtUs = hasty.nowUs() - mountedAgoMs * 1_000
  const gate = createGate({ faults: [fault] }, { mountedAtUs, onApplied: () => undefined })
  const mounted = mountStreams({ gate, clock: hasty })
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    mounted[Symbol.dispose]()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v5/public/linear`)
  await new Promise((resolve) => socket.once('open', resolve))
  const openedUs = systemClock.nowUs()
  const code = await new Promise<number>((resolve) => socket.once('close', resolve))
  return { code, livedMs: (systemClock.nowUs() - openedUs) / 1_000 }
}

test('a timer that fires a little early does not lose a socket fault', async () => {
  expect((await cut({ windowMs: { from: 150, to: 60_000 } }, 0)).code).toBe(1001)
})

test('a socket is cut at its age, however long ago the plan was mounted', async () => {
  const { code, livedMs } = await cut({ socketAgeMs: 120 }, 50_000)
  expect(code).toBe(1001)
  expect(livedMs).toBeGreaterThan(110)
})
