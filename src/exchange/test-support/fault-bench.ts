/**
 * A venue with a fault plan, and a client that signs: what the fault tests of the exchange stand on.
 */
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fault, FaultVerdict } from '../../faults/plan-types.ts'
import { systemClock } from '../../seams/clock.ts'
import { startExchange } from '../server.ts'
import type { RunningExchange } from '../shell.ts'
import { openVenueFaults, type VenueFaultOptions } from '../venue-faults.ts'
import { type Answer, get, post } from './clients.ts'
import { shippedWorld } from './worlds.ts'

export const CREATE = '/v5/order/create'
let benches = 0

export interface Bench {
  readonly exchange: RunningExchange
  create(clientId: string, more?: { readonly window?: string; readonly side?: 'Buy' | 'Sell' }): Promise<Answer>
  /** Cancels by client order id, or by whatever is said instead. */
  cancel(id: string | { readonly orderId: string }): Promise<Answer>
  /** A signed read. */
  read(pathAndQuery: string): Promise<Answer>
  batch(name: 'create-batch' | 'amend-batch' | 'cancel-batch', request: readonly object[]): Promise<Answer>
  /** The venue's own row of an order; undefined when it never saw it. */
  order(clientId: string): Promise<Readonly<Record<string, string>> | undefined>
  applied(): readonly Readonly<Record<string, unknown>>[]
}

export async function withFaults(
  faults: readonly Fault[],
  body: (bench: Bench) => Promise<void>,
  more: Partial<VenueFaultOptions> = {},
): Promise<void> {
  benches += 1
  const journalPath = join(tmpdir(), `venue-faults-${process.pid}-${benches}.jsonl`)
  const plan = { faults }
  const venueFaults = openVenueFaults({ plan, clock: systemClock, journalPath, ...more })
  await using exchange = await startExchange({ world: shippedWorld('calm'), faults: venueFaults })
  try {
    await body(benchOf(exchange, journalPath))
  } finally {
    rmSync(journalPath, { force: true })
  }
}

export function benchOf(exchange: RunningExchange, journalPath: string): Bench {
  const { restUrl, apiKey: key, apiSecret: secret } = exchange
  const signed = () => ({ timestampMs: systemClock.wallMs(), key, secret })
  const send = (path: string, fields: object, window = '5000'): Promise<Answer> =>
    post(`${restUrl}${path}`, JSON.stringify({ category: 'linear', symbol: 'BTCUSDT', ...fields }), {
      ...signed(),
      window,
    })
  return {
    exchange,
    create: (orderLinkId, { window, side = 'Buy' } = {}) => {
      const price = side === 'Buy' ? '50000.00' : '65000.00'
      return send(CREATE, { side, orderType: 'Limit', qty: '0.010', price, positionIdx: 0, orderLinkId }, window)
    },
    cancel: (id) => send('/v5/order/cancel', typeof id === 'string' ? { orderLinkId: id } : id),
    read: (pathAndQuery) => {
      const [path, query = ''] = pathAndQuery.split('?')
      return get(`${restUrl}${path}`, query, signed())
    },
    batch: (name, request) => send(`/v5/order/${name}`, { request }),
    async order(clientId) {
      const query = `category=linear&symbol=BTCUSDT&orderLinkId=${clientId}`
      const { json } = await get(`${restUrl}/v5/order/realtime`, query, signed())
      return (json!['result'] as { list: Readonly<Record<string, string>>[] }).list[0]
    },
    applied: () =>
      readFileSync(journalPath, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; data: Readonly<Record<string, unknown>> })
        .map(({ type, data }) => ({ type, ...data })),
  }
}

export const fault = (
  party: Fault['party'],
  op: Fault['op'],
  verdict: FaultVerdict,
  more: Partial<Fault> = {},
): Fault => ({
  name: `${op} ${verdict.do}`,
  party,
  op,
  verdict,
  ...more,
})
export const onCreate = (party: Fault['party'], verdict: FaultVerdict): Fault => fault(party, 'create', verdict)
