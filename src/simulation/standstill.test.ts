/**
 * A process that stands still on a virtual clock, and a run whose process does.
 */
import { expect, test } from 'vitest'
import type { Fault } from '../faults/plan-types.ts'
import type { HttpAnswer, HttpRequest } from '../venue/http.ts'
import type { SocketEvents, Transport } from '../venue/transport.ts'
import { simulate } from './simulate.ts'
import { createStoppable } from './standstill.ts'
import { broken, schedule } from './test-support/schedules.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** A process on a wire whose replies take 100 ms and whose one socket the test speaks for; what happened, and when. */
function onAWire() {
  const clock = createVirtualClock(0)
  const told: string[] = []
  const note = (what: string): void => void told.push(`${clock.nowUs() / 1_000} ${what}`)
  let peer: SocketEvents | null = null
  const wire: Transport = {
    openHttp: () => ({
      send: async ({ path }) => {
        note(`${path} leaves`)
        await clock.sleep(100)
        return { kind: 'reply', status: 200, headers: {}, text: path }
      },
      close: async () => undefined,
    }),
    openSocket: (_url, events) => {
      peer = events
      return {
        state: 'open',
        send: (text) => note(`${text} leaves`),
        close: () => undefined,
        terminate: () => undefined,
      }
    },
  }
  const host = createStoppable(clock, wire)
  const http = host.transport.openHttp({ baseUrl: '', connections: 1, connectTimeoutMs: 1, clock: host.clock })
  const ask = (path: string, timeoutMs: number): void => {
    const heard = ({ kind }: HttpAnswer): void => note(`${path} ${kind}`)
    void http.send({ method: 'GET', path, headers: [], body: null, timeoutMs }).then(heard)
  }
  const events: SocketEvents = {
    onBytes: () => undefined,
    onOpen: () => note('open'),
    onText: (text) => note(`hears ${text}`),
    onControl: () => undefined,
    onError: () => undefined,
    onClose: () => note('closed'),
  }
  const socket = host.transport.openSocket('ws://x', events)
  return { clock, host, told, note, ask, http, socket, peer: peer! as SocketEvents }
}

test('timers due in the meantime fire late and in their order, then frames that queued up; then all goes on', async () => {
  const { clock, host, told, note, peer } = onAWire()
  host.clock.after(70, () => note('timer 70'))
  host.clock.after(30, () => note('timer 30'))
  const cancel = host.clock.after(40, () => note('cancelled'))
  host.clock.after(35, cancel)
  void host.clock.sleep(60).then(() => note('slept 60'))
  clock.after(20, () => peer.onText('a'))
  clock.after(80, () => peer.onText('b'))
  clock.after(120, () => peer.onText('c'))
  clock.after(10, () => host.pause(90))
  await clock.pass(200)
  expect(told).toEqual(['100 timer 30', '100 slept 60', '100 timer 70', '100 hears a', '100 hears b', '120 hears c'])
  expect(host.clock.nowUs()).toBe(200_000)
})

test('what was on the wire travels on, what is handed over while it stands leaves afterwards', async () => {
  const { clock, host, told, ask, socket } = onAWire()
  ask('first', 1_000)
  host.pause(300)
  ask('second', 1_000)
  socket.send('ping')
  await clock.pass(500)
  expect(told).toEqual([
    '0 first leaves',
    '300 second leaves',
    '300 ping leaves',
    '300 first reply',
    '400 second reply',
  ])
})

test('a request whose time is up when it wakes is lost to it, though the reply has been lying there', async () => {
  const { clock, host, told, ask } = onAWire()
  ask('short', 150)
  ask('long', 400)
  host.pause(200)
  await clock.pass(500)
  expect(told.slice(2)).toEqual(['200 short lost', '200 long reply'])
})

test('stopped again while it stands still, it wakes at the later end; a handshake nobody has seen is not over', async () => {
  const { clock, host, told, socket, peer } = onAWire()
  host.pause(50)
  clock.after(10, () => peer.onOpen())
  clock.after(20, () => host.pause(100))
  await clock.pass(60)
  expect([told, socket.state]).toEqual([[], 'connecting'])
  await clock.pass(100)
  expect([told, socket.state]).toEqual([['120 open'], 'open'])
})

// ── A run ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test('stopped again by what it sends as it wakes, it sends the rest at the later end, and goes on', async () => {
  const { clock, host, told, note, http, socket } = onAWire()
  host.pause(50)
  const request: Omit<HttpRequest, 'path'> = { method: 'GET', headers: [], body: null, timeoutMs: 1_000 }
  void http.send({
    ...request,
    get path() {
      host.pause(100)
      return 'first'
    },
  })
  socket.send('second')
  host.clock.after(60, () => note('timer 60'))
  await clock.pass(1_000)
  expect(told).toEqual(['50 first leaves', '150 second leaves', '150 timer 60'])
})

const PAUSE: Fault = {
  name: 'it stands still between its legs',
  party: 'process',
  op: 'process',
  afterCreates: 1,
  verdict: { do: 'pause', ms: 400 },
}

test('a run that stands still as it sends its first leg sends the other one when it wakes, and the venue saw it naked', async () => {
  const { run, findings, result } = await simulate(schedule({ faults: { faults: [PAUSE] } }))
  expect(broken(findings)).toEqual([])
  expect(result.exitCode).toBe(0)
  const venueMs = (clientId: string): number =>
    Math.min(...run.truth!.data.executions.filter((one) => one.clientId === clientId).map((one) => one.venueMs))
  const apartMs = venueMs('sim-t1-1') - venueMs('sim-t1-0')
  expect(apartMs).toBeGreaterThanOrEqual(398)
  expect(apartMs).toBeLessThan(420)
})

test("a wall clock that jumps changes nothing: after the start only the venue's own time is trusted", async () => {
  const jumps = [-5_000, 7_000].map(
    (ms, at): Fault => ({
      name: `jump ${at}`,
      party: 'clock',
      op: 'clock',
      windowMs: { from: 100 + 200 * at, to: 4_000 },
      verdict: { do: 'skew', ms },
    }),
  )
  const calm = await simulate(schedule())
  const { run, findings, result } = await simulate(schedule({ faults: { faults: jumps } }))
  expect(run.faults.applied.map(({ data }) => data.verdict)).toEqual(['skew -5000 ms', 'skew 7000 ms'])
  expect([broken(findings), result.exitCode]).toEqual([[], 0])
  expect(run.truth!.data.executions.map(({ venueMs }) => venueMs)).toEqual(
    calm.run.truth!.data.executions.map(({ venueMs }) => venueMs),
  )
})

test('a plan that kills is none for a simulated run', async () => {
  const kill: Fault = { ...PAUSE, verdict: { do: 'kill' } }
  await expect(simulate(schedule({ faults: { faults: [kill] } }))).rejects.toThrow('its schedule names the call')
})
