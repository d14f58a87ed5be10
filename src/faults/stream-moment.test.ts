import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../seams/clock.ts'
import { systemClock } from '../seams/clock.ts'
import { createGate } from './gate.ts'
import { mountStreams } from './stream-mount.ts'

test('a timer that fires a little early does not lose a socket fault', async () => {
  // What libuv does now and then, here always: every timer comes one millisecond before its time.
  const hasty: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(Math.max(0, ms - 2), callback) }
  const applied: string[] = []
  const gate = createGate(
    {
      faults: [
        {
          name: 'cut',
          party: 'public-stream',
          op: 'socket',
          windowMs: { from: 150, to: 60_000 },
          verdict: { do: 'close', code: 1001 },
        },
      ],
    },
    { mountedAtUs: hasty.nowUs(), onApplied: (one) => applied.push(one.fault.name) },
  )
  const mounted = mountStreams({ gate, clock: hasty })
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  try {
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v5/public/linear`)
    const code = await new Promise((resolve) => socket.once('close', resolve))
    expect(code).toBe(1001)
    expect(applied).toEqual(['cut'])
  } finally {
    mounted[Symbol.dispose]()
    server.close()
  }
})
