import { expect, test } from 'vitest'
import { createGate } from '../faults/gate.ts'
import type { FaultVerdict } from '../faults/plan-types.ts'
import { seededRandom } from '../seams/random.ts'
import type { HttpAnswer } from '../venue/http.ts'
import type { MemoryVenue } from './memory-venue.ts'
import { createMemoryWire } from './memory-wire.ts'
import { createVirtualClock } from './virtual-clock.ts'

const TIMEOUT_MS = 100
const ONE_WAY_MS = 1

/** One create through a wire with that verdict on its way: what the client hears, and when the venue gets it, ms. */
async function createUnder(verdict: FaultVerdict): Promise<{ heard: HttpAnswer; arrivedMs: number[] }> {
  const clock = createVirtualClock(1_000_000)
  const arrivedMs: number[] = []
  const answer: MemoryVenue['answer'] = () => {
    arrivedMs.push(clock.nowUs() / 1_000)
    return { status: 200, headers: {}, text: '{"retCode":0}' }
  }
  const accept: MemoryVenue['accept'] = () => {
    throw new Error('no streams here')
  }
  const fault = { name: 'on its way', party: 'rest-request', op: 'create', verdict } as const
  const wire = createMemoryWire({
    venue: { answer, accept } as unknown as MemoryVenue,
    clock,
    random: seededRandom('wire'),
    latency: { fromMs: ONE_WAY_MS, toMs: ONE_WAY_MS },
    gate: createGate({ faults: [fault] }, { mountedAtUs: 0, onApplied: () => undefined }),
    apiSecret: 'secret',
  })
  const request = { method: 'POST', path: '/v5/order/create', headers: [], body: '{}', timeoutMs: TIMEOUT_MS } as const
  const http = wire.openHttp({ baseUrl: 'http://memory', connections: 1, connectTimeoutMs: 1_000, clock })
  const heard = await clock.passUntil(http.send({ ...request, headers: [] }), 1_000)
  await clock.pass(1_000)
  return { heard, arrivedMs }
}

test('a delayed request arrives once: in time, or after its client has given up', async () => {
  const inTime = await createUnder({ do: 'delay', ms: 40 })
  expect(inTime.heard.kind).toBe('reply')
  expect(inTime.arrivedMs).toEqual([40 + ONE_WAY_MS])
  const late = await createUnder({ do: 'delay', ms: TIMEOUT_MS + 40 })
  expect(late.heard).toEqual({ kind: 'lost', reason: `no answer within ${TIMEOUT_MS} ms` })
  expect(late.arrivedMs).toEqual([TIMEOUT_MS + 40 + ONE_WAY_MS])
})

test('only a request that is sent twice arrives twice, and one that is dropped never does', async () => {
  expect((await createUnder({ do: 'duplicate' })).arrivedMs).toHaveLength(2)
  expect((await createUnder({ do: 'drop' })).arrivedMs).toEqual([])
})
