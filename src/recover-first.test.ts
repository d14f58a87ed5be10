/**
 * What the process before left in a symbol that this one does not trade is closed all the same, and nothing else is looked up.
 */
import { expect, test } from 'vitest'
import type { Config } from './config.ts'
import { parseConfig } from './config-parse.ts'
import type { Instrument } from './domain/instrument.ts'
import type { Leftover, LeftoverOrder } from './domain/leftover.ts'
import { type Bench, createBench, heldAtVenue } from './execution/test-support/bench.ts'
import { instrumentsToStart, recoverFirst } from './recover-first.ts'
import type { Outcome } from './venue/gateway.ts'
import type { RestClient } from './venue/rest.ts'

const CONFIG: Config = parseConfig({ SYMBOLS_TO_TRADE: 'BTCUSDT' })
const ORDER = { clientId: 'r-t1-0', leg: 'long', side: 'buy', lots: 10, reduceOnly: false } as const
const NOT_TRADING = { kind: 'refused', code: 10001, reason: 'symbol invalid' } as const

interface Asked {
  readonly rest: RestClient
  /** Symbols that were looked up, and those that were traded with afterwards. */
  readonly lookedUp: string[]
  used: readonly string[]
}

/** A client that knows the bench's instruments, but for those that trade no more. */
function restOf({ ports }: Bench, gone: readonly string[] = []): Asked {
  const lookedUp: string[] = []
  const asked: Asked = {
    lookedUp,
    used: [],
    rest: {
      async loadInstruments(symbols: readonly string[]): Promise<Outcome<readonly Instrument[]>> {
        lookedUp.push(...symbols)
        if (symbols.some((symbol) => gone.includes(symbol))) return NOT_TRADING
        return { kind: 'done', value: ports.instruments.filter(({ symbol }) => symbols.includes(symbol)) }
      },
      useInstruments(instruments: readonly Instrument[]) {
        asked.used = instruments.map(({ symbol }) => symbol)
      },
    } as unknown as RestClient,
  }
  return asked
}

function leftoverIn(...symbols: string[]): Leftover {
  const orders = symbols.map((symbol): LeftoverOrder => ({ ...ORDER, symbol }))
  return { runIds: ['r'], orders, fills: [], sinceVenueMs: 0, restUrl: 'http://venue', account: null }
}

/** A bench whose venue has a long position of ours in ETHUSDT, of an order that this process never sent. */
async function benchWithEth(): Promise<Bench> {
  const bench = createBench()
  const run = await bench.open(1)
  run.handOver()
  bench.venue.fill('r-t1-0')
  bench.venue.end('r-t1-1', 'Rejected')
  bench.venue.script = bench.venue.fills
  return bench
}

test('what was left in a symbol that is not traded any more is closed, and then that symbol is let go of', async () => {
  const bench = await benchWithEth()
  const asked = restOf(bench)
  const ports = { ...bench.ports, instruments: bench.ports.instruments.slice(0, 1) }
  let said = ''
  const print = (text: string): void => {
    said = text
  }
  const leftover = leftoverIn('ETHUSDT')
  expect(heldAtVenue(bench, 'ETHUSDT')).toEqual({ long: 10, short: 0 })
  const recovering = recoverFirst({ config: CONFIG, rest: asked.rest, ports, runId: 'n', leftover, print })
  recovering.catch(() => undefined) // looked at below, when its time has gone by
  await bench.clock.pass(60_000)
  await recovering
  expect(heldAtVenue(bench, 'ETHUSDT')).toEqual({ long: 0, short: 0 })
  expect(said).toBe('Recovered run r: 1 orders asked about, closed ETHUSDT long 10 lots. Flat.')
  expect(asked.lookedUp).toEqual(['ETHUSDT'])
  expect(asked.used).toEqual(['BTCUSDT'])
})

test('a symbol that trades nowhere any more keeps no other from the start, unless nothing was left', async () => {
  const bench = createBench()
  const { rest } = restOf(bench, ['BTCUSDT'])
  const symbols = ['BTCUSDT', 'ETHUSDT']
  const { instruments, missing } = await instrumentsToStart(rest, symbols, leftoverIn('ETHUSDT'))
  expect(instruments.map(({ symbol }) => symbol)).toEqual(['ETHUSDT'])
  expect(missing?.message).toBe('symbol invalid')
  await expect(instrumentsToStart(rest, symbols, undefined)).rejects.toThrow('symbol invalid')
})

test('without anything left nobody is asked anything', async () => {
  const bench = createBench()
  const { rest, lookedUp } = restOf(bench)
  await recoverFirst({ config: CONFIG, rest, ports: bench.ports, runId: 'n', print: () => expect.fail('said') })
  expect(lookedUp).toEqual([])
  expect(bench.lines('recovered')).toEqual([])
})
