import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { systemClock } from '../seams/clock.ts'
import { createGate } from './gate.ts'
import type { Fault, FaultVerdict } from './plan-types.ts'
import { mountStreams } from './stream-mount.ts'
import { createStreamWires } from './stream-wire.ts'

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

test('a moment that passes between two looks at the clock is not missed', () => {
  const fault: Fault = {
    name: 'cut',
    party: 'public-stream',
    op: 'socket',
    windowMs: { from: 150, to: 60_000 },
    verdict: { do: 'close', code: 1001 },
  }
  for (let earlyUs = 0; earlyUs < 3_000; earlyUs += 100) {
    let nowUs = 0
    const timers: (() => void)[] = []
    const clock: Clock = {
      ...systemClock,
      nowUs: () => {
        nowUs += 600
        return nowUs
      },
      after(ms, callback) {
        const atUs = nowUs + ms * 1_000 - earlyUs
        timers.push(() => {
          nowUs = Math.max(nowUs, atUs)
          callback()
        })
        return () => undefined
      },
    }
    const acted: string[] = []
    const gate = createGate({ faults: [fault] }, { mountedAtUs: 0, onApplied: () => undefined })
    const act = (verdict: FaultVerdict): unknown => acted.push(verdict.do)
    createStreamWires(gate, clock).open({ party: 'public-stream', isOpen: () => true, act })
    for (let due = timers.shift(); due !== undefined; due = timers.shift()) due()
    expect(acted, `timers ${earlyUs} µs early`).toEqual(['close'])
  }
})
