/**
 * What tests of the REST mount are played on: one venue and one disturbed client process for a whole test file. Each
 * test has a symbol of its own, and its faults are aimed at that symbol, so that none sees another's.
 */
import { afterAll, beforeAll, expect } from 'vitest'
import type { Fault, FaultVerdict } from '../plan-types.ts'
import {
  type AppliedLine,
  type DisturbedClient,
  type RequestOptions,
  startDisturbedClient,
} from './disturbed-client.ts'
import { type ReceivedRequest, startTestVenue, type TestVenue } from './venue.ts'

export interface Bench {
  readonly venue: TestVenue
  /** Creates an order of this test's symbol, signed, by undici's Pool. */
  create(clientId: string, leg: 'long' | 'short', more?: RequestOptions): ReturnType<DisturbedClient['create']>
  readonly rest: DisturbedClient['rest']
  /** What reached the venue of this test's orders, oldest first. */
  arrived(): readonly ReceivedRequest[]
  /** What was written down of this test's faults. */
  journal(): readonly AppliedLine['data'][]
}

export interface RestBenches {
  /** Plans the faults of one test, aimed at a symbol of its own; to be called while the tests are collected. */
  withFaults(faults: readonly Fault[], body: (bench: Bench) => Promise<void>): () => Promise<void>
}

/** To be called once, at the top of a test file: both are started before its tests and ended after them. */
export function setUpRestBenches(): RestBenches {
  const planned: Fault[] = []
  let venue: TestVenue
  let client: DisturbedClient

  beforeAll(async () => {
    venue = await startTestVenue()
    client = await startDisturbedClient({ venue, faults: planned })
  })
  afterAll(async () => {
    expect(client.stderr()).toBe('')
    await client[Symbol.asyncDispose]()
    await venue[Symbol.asyncDispose]()
  })

  return {
    withFaults(faults, body) {
      const symbol = `TEST${planned.length}USDT`
      planned.push(...faults.map((fault) => ({ ...fault, symbol, name: `${symbol} ${fault.name}` })))
      return () => body(benchOf(symbol, venue, client))
    },
  }
}

function benchOf(symbol: string, venue: TestVenue, client: DisturbedClient): Bench {
  return {
    venue,
    create: (clientId, leg, more = {}) =>
      client.create(`${symbol}-${clientId}`, leg, { ...more, body: { symbol, ...more.body } }),
    rest: (...request) => client.rest(...request),
    arrived: () => venue.requests.filter(({ body: sent }) => sent?.['symbol'] === symbol),
    journal: () =>
      client
        .journal()
        .map(({ data }) => data)
        .filter(({ name }) => name.startsWith(`${symbol} `)),
  }
}

/** A fault on creates. */
export const onCreate = (party: Fault['party'], verdict: FaultVerdict, more: Partial<Fault> = {}): Fault => ({
  name: 'planned',
  party,
  op: 'create',
  verdict,
  ...more,
})

/** Client order ids of what arrived, without the test's prefix. */
export const idsOf = ({ arrived }: Bench): unknown[] =>
  arrived().map(({ body }) => String(body?.['orderLinkId']).split('-')[1])
