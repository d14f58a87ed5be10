/**
 * What each verdict does to an exchange of request and reply. Which exchanges a fault reaches: `rest-mount-reach.test.ts`.
 */
import { expect, test } from 'vitest'
import { idsOf, onCreate, setUpRestBenches } from './test-support/rest-bench.ts'

const { withFaults } = setUpRestBenches()

const retCodeOf = (text: string | null): unknown => (JSON.parse(text ?? '{}') as { retCode?: unknown }).retCode

/** A request verdict keeps the order from the venue, a reply verdict comes after it was placed. */
const PARTIES = [
  { party: 'rest-request', reaches: [] },
  { party: 'rest-reply', reaches: ['a'] },
] as const

for (const { party, reaches } of PARTIES) {
  test(
    `a reset ${party} is ECONNRESET to the client`,
    withFaults([onCreate(party, { do: 'reset' })], async (bench) => {
      expect((await bench.create('a', 'long')).error).toBe('ECONNRESET')
      expect(idsOf(bench)).toEqual(reaches)
      expect((await bench.create('b', 'long')).status).toBe(200)
    }),
  )

  const refusal = { do: 'retCode', code: 110007, message: 'not enough' } as const
  test(
    `a refusal planned for the ${party} is what the client is told`,
    withFaults([onCreate(party, refusal)], async (bench) => {
      const told = await bench.create('a', 'long')

      expect(told.status).toBe(200)
      expect(JSON.parse(told.text ?? '')).toMatchObject({ retCode: 110007, retMsg: refusal.message, result: {} })
      expect(idsOf(bench)).toEqual(reaches)
    }),
  )

  test(
    `an HTTP status planned for the ${party} comes with its body`,
    withFaults([onCreate(party, { do: 'http', status: 503, body: '<p>busy</p>' })], async (bench) => {
      expect(await bench.create('a', 'long')).toMatchObject({ status: 503, text: '<p>busy</p>' })
      expect(idsOf(bench)).toEqual(reaches)
    }),
  )

  test(
    `a malformed answer to the ${party} is no JSON`,
    withFaults([onCreate(party, { do: 'malformed' })], async (bench) => {
      const told = await bench.create('a', 'long')

      expect(told.status).toBe(200)
      expect(told.text).not.toBe('')
      expect(() => JSON.parse(told.text ?? '')).toThrow(SyntaxError)
      expect(idsOf(bench)).toEqual(reaches)
    }),
  )
}

test(
  'a dropped request never arrives, and the client waits until it gives up',
  withFaults([onCreate('rest-request', { do: 'drop' })], async (bench) => {
    const lost = await bench.create('a', 'long', { timeoutMs: 120 })
    const next = await bench.create('b', 'long')

    expect(lost.error).toBe('TimeoutError')
    expect(retCodeOf(next.text)).toBe(0)
    expect(idsOf(bench)).toEqual(['b'])
    const [line, ...others] = bench.journal()
    expect(others).toEqual([])
    expect(line).toMatchObject({ party: 'rest-request', op: 'create', verdict: 'drop', occurrence: 1 })
    expect(line?.clientId).toMatch(/-a$/)
  }),
)

test(
  'a dropped reply was done at the venue, once',
  withFaults([onCreate('rest-reply', { do: 'drop' })], async (bench) => {
    const lost = await bench.create('a', 'long', { timeoutMs: 300 })
    await bench.venue.until(() => bench.arrived().length === 1)
    await bench.create('b', 'long')

    expect(lost.error).toBe('TimeoutError')
    expect(idsOf(bench)).toEqual(['a', 'b'])
    expect(bench.arrived()[0]?.isSigned).toBe(true)
    expect(bench.arrived()[0]?.headers.accept ?? '').not.toContain('msw')
  }),
)

test(
  'a rate limit says when to come back, and the venue never sees the request',
  withFaults([onCreate('rest-request', { do: 'rate-limit', resetMs: 700 })], async (bench) => {
    const told = await bench.create('a', 'long')
    const { time } = JSON.parse(told.text ?? '') as { time: number }

    expect(retCodeOf(told.text)).toBe(10006)
    expect(told.headers['x-bapi-limit-status']).toBe('0')
    expect(Number(told.headers['x-bapi-limit-reset-timestamp'])).toBe(time + 700)
    expect(bench.arrived()).toEqual([])
  }),
)

test(
  'a delayed request arrives late with the timestamp it was signed with',
  withFaults([onCreate('rest-request', { do: 'delay', ms: 80 })], async (bench) => {
    const late = await bench.create('a', 'long')

    expect(late.status).toBe(200)
    expect(late.tookMs).toBeGreaterThanOrEqual(79)
    expect(bench.arrived()[0]?.isSigned).toBe(true)
  }),
)

test(
  'a delayed request arrives even though the client has given up',
  withFaults([onCreate('rest-request', { do: 'delay', ms: 400 })], async (bench) => {
    const lost = await bench.create('a', 'long', { timeoutMs: 60 })
    expect(lost.error).toBe('TimeoutError')

    await bench.venue.until(() => bench.arrived().length === 1)
    expect(bench.arrived()[0]?.isSigned).toBe(true)
    expect(idsOf(bench)).toEqual(['a'])
  }),
)

test(
  'a delayed reply is the own reply of the venue, later',
  withFaults([onCreate('rest-reply', { do: 'delay', ms: 80 })], async (bench) => {
    const late = await bench.create('a', 'long')

    expect(late.tookMs).toBeGreaterThanOrEqual(79)
    expect(JSON.parse(late.text ?? '')).toMatchObject({
      retCode: 0,
      result: { orderLinkId: expect.stringMatching(/-a$/) },
    })
    expect(late.headers['x-bapi-limit']).toBe('10')
    expect(idsOf(bench)).toEqual(['a'])
  }),
)

test(
  'a duplicated request arrives twice; the request party hears the first answer, the reply party the second',
  withFaults(
    [
      onCreate('rest-request', { do: 'duplicate' }),
      onCreate('rest-reply', { do: 'duplicate' }, { name: 'second', skip: 1 }),
    ],
    async (bench) => {
      const first = await bench.create('a', 'long')
      const second = await bench.create('b', 'long')

      expect(retCodeOf(first.text)).toBe(0)
      expect(retCodeOf(second.text)).toBe(110072)
      expect(idsOf(bench)).toEqual(['a', 'a', 'b', 'b'])
    },
  ),
)

test(
  'a repriced order arrives further from the market and correctly signed',
  withFaults([onCreate('rest-request', { do: 'reprice', bps: -50, tick: '0.50' }, { times: null })], async (bench) => {
    const long = await bench.create('a', 'long', { body: { price: '60000.7' } })
    const short = await bench.create('b', 'short', { body: { price: '60000.7' } })

    expect([retCodeOf(long.text), retCodeOf(short.text)]).toEqual([0, 0])
    expect(bench.arrived().map(({ body }) => body?.['price'])).toEqual(['59700.50', '60301.00'])
    expect(bench.arrived().every(({ isSigned }) => isSigned)).toBe(true)
    expect(bench.arrived()[0]?.body).toMatchObject({ qty: '0.010', side: 'Buy' })
  }),
)

test(
  'a shrunk order arrives smaller and correctly signed',
  withFaults([onCreate('rest-request', { do: 'shrink', fraction: 0.55 })], async (bench) => {
    await bench.create('a', 'long')
    expect(bench.arrived()[0]).toMatchObject({ isSigned: true, body: { qty: '0.005', price: '60000.0' } })
  }),
)

for (const { party, reaches } of PARTIES) {
  test(
    `a replaced ${party} is told in the words of the plan`,
    withFaults([onCreate(party, { do: 'replace', text: '{"retCode":0,"odd":true}' })], async (bench) => {
      expect(await bench.create('a', 'long')).toMatchObject({ status: 200, text: '{"retCode":0,"odd":true}' })
      expect(idsOf(bench)).toEqual(reaches)
    }),
  )
}

test(
  'a trickling reply arrives whole, and late',
  withFaults([onCreate('rest-reply', { do: 'slow-drip', ms: 150 })], async (bench) => {
    const told = await bench.create('a', 'long')
    expect(retCodeOf(told.text)).toBe(0)
    expect(told.tookMs).toBeGreaterThan(140)
    expect(idsOf(bench)).toEqual(['a'])
  }),
)

test(
  'a client that gives up on a trickling reply has placed its order all the same',
  withFaults([onCreate('rest-reply', { do: 'slow-drip', ms: 5_000 })], async (bench) => {
    expect((await bench.create('a', 'long', { timeoutMs: 200 })).error).toBe('TimeoutError')
    expect(idsOf(bench)).toEqual(['a'])
  }),
)
