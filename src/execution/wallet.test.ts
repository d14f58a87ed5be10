/**
 * The account's cash: what our own fills, funding and others explain is no alarm; what nothing explains is.
 */
import { expect, test } from 'vitest'
import type { CashChange, Outcome, WalletReader } from '../venue/gateway.ts'
import { Agreement } from './agreement.ts'
import type { Comparison } from './reconcile.ts'
import { type Bench, createBench, id } from './test-support/bench.ts'
import { UNREADABLE } from './test-support/venue.ts'
import { Wallet, walletAtStart } from './wallet.ts'

/** What the venue says of the account's money. Nothing here follows from anything: tests say it all. */
class FakeWallet implements WalletReader {
  cashUsd = 1_000
  readonly changes: CashChange[] = []
  isDown = false

  async wallet(): ReturnType<WalletReader['wallet']> {
    return this.#read({ equityUsd: 0, availableUsd: 0, cashUsd: this.cashUsd })
  }

  async cashChangesSince(sinceMs: number): ReturnType<WalletReader['cashChangesSince']> {
    return this.#read(this.changes.filter(({ venueMs }) => venueMs >= sinceMs))
  }

  /** Moves money, and logs it. */
  change(usd: number, row: Omit<CashChange, 'usd' | 'id'>): void {
    this.cashUsd = Math.round((this.cashUsd + usd) * 1e8) / 1e8
    this.changes.push({ ...row, usd, id: `c${this.changes.length}` })
  }

  #read<T>(value: T): Outcome<T> {
    return this.isDown ? UNREADABLE : { kind: 'done', value }
  }
}

interface Counter {
  readonly bench: Bench
  readonly money: FakeWallet
  readonly wallet: Wallet
  /** Compares, letting as much time pass as it wants. */
  compare(): Promise<Comparison>
}

async function counter(): Promise<Counter> {
  const bench = createBench()
  const money = new FakeWallet()
  const start = await walletAtStart(bench.ports, money)
  const wallet = new Wallet({ ports: bench.ports, reader: money, executor: bench.executor, runId: 'r', start })
  const compare = async (): Promise<Comparison> => {
    const comparing = wallet.compare()
    await bench.clock.pass(5_000)
    return comparing
  }
  return { bench, money, wallet, compare }
}

function trade(bench: Bench, clientId: string): Omit<CashChange, 'usd' | 'id'> {
  return { type: 'TRADE', symbol: 'BTCUSDT', clientId, venueMs: bench.venue.venueNowMs() }
}

/** Ten lots (0.01 BTC) each leg, the long one closed 10 USD higher, which makes 0.1 USD; each of four fills cost 0.1 USD. */
async function tradeOnce({ bench, money }: Counter, told: { readonly closesUsd: number }): Promise<void> {
  const run = await bench.hedge()
  money.change(-0.1, trade(bench, id(0)))
  money.change(-0.1, trade(bench, id(1)))
  bench.executor.close(run, 'test')
  bench.venue.fill(id(2), 10, 600_100)
  bench.venue.fill(id(3), 10, 600_000)
  money.change(told.closesUsd, trade(bench, id(2)))
  money.change(-0.1, trade(bench, id(3)))
  await bench.clock.pass(10)
}

test('what the venue credits and charges for our fills is what our books say', async () => {
  const desk = await counter()
  await tradeOnce(desk, { closesUsd: 0.1 - 0.1 })
  expect(await desk.compare()).toBe('agree')
  expect(desk.bench.lines('wallet.compared')).toEqual([
    { startUsd: 1_000, cashUsd: 999.7, ownUsd: -0.3, fundingUsd: 0, unexplainedUsd: 0, others: [], shared: [] },
  ])
})

test('a fill that cost something else than our books say is not explained by the log that says so', async () => {
  const desk = await counter()
  await tradeOnce(desk, { closesUsd: -0.05 })
  expect(await desk.compare()).toBe('differ')
  expect(desk.bench.lines('wallet.compared')).toMatchObject([{ ownUsd: -0.3, unexplainedUsd: -0.05 }])
})

test('money that goes without a trace in the log is not explained', async () => {
  const { money, compare, bench } = await counter()
  money.cashUsd -= 0.01
  expect(await compare()).toBe('differ')
  expect(bench.lines('wallet.compared')).toMatchObject([{ unexplainedUsd: -0.01 }])
})

test('a log that lags is asked again before anything is said', async () => {
  const { money, compare, bench } = await counter()
  money.cashUsd += 5
  bench.clock.after(700, () => money.changes.push(transfer(bench, 5)))
  expect(await compare()).toBe('agree')
  expect(bench.lines('wallet.compared')).toHaveLength(1)
})

function transfer(bench: Bench, usd: number): CashChange {
  return { id: `in${usd}`, type: 'TRANSFER_IN', symbol: '', clientId: '', usd, venueMs: bench.venue.venueNowMs() }
}

test('funding, transfers and trades of others are explained, each by its name, once', async () => {
  const { money, compare, bench } = await counter()
  const venueMs = bench.venue.venueNowMs()
  money.change(-0.5, { type: 'SETTLEMENT', symbol: 'BTCUSDT', clientId: '', venueMs })
  money.change(100, { type: 'TRANSFER_IN', symbol: '', clientId: '', venueMs })
  money.change(-3, { type: 'TRADE', symbol: 'DOGEUSDT', clientId: 'web', venueMs })
  for (let look = 0; look < 3; look += 1) expect(await compare()).toBe('agree')
  money.change(-2, { type: 'TRADE', symbol: 'DOGEUSDT', clientId: '', venueMs: bench.venue.venueNowMs() })
  expect(await compare()).toBe('agree')
  expect(bench.lines('wallet.compared').at(-1)).toEqual({
    startUsd: 1_000,
    cashUsd: 1_094.5,
    ownUsd: 0,
    fundingUsd: -0.5,
    unexplainedUsd: 0,
    others: [
      { type: 'TRANSFER_IN', symbol: '', usd: 100, changes: 1 },
      { type: 'TRADE', symbol: 'DOGEUSDT', usd: -5, changes: 2 },
    ],
    shared: [],
  })
  expect(bench.lines('run.warned').map(({ message }) => message)).toEqual([
    "the wallet changed by 100 USDT (TRANSFER_IN), which is not this run's",
    "the wallet changed by -3 USDT (TRADE in DOGEUSDT), which is not this run's",
  ])
})

test('what changed before the run began is in what it began with', async () => {
  const { money, compare, bench } = await counter()
  money.changes.push({ ...transfer(bench, 7), venueMs: bench.venue.venueNowMs() - 1 })
  expect(await compare()).toBe('agree')
  expect(bench.lines('wallet.compared')).toMatchObject([{ others: [] }])
})

test('in a symbol that somebody else trades as well, our part is what the venue says of our orders', async () => {
  const desk = await counter()
  const { money, bench } = desk
  money.change(-1, { type: 'TRADE', symbol: 'BTCUSDT', clientId: 'web', venueMs: bench.venue.venueNowMs() })
  // Theirs and ours have one average entry price: closing realised what ours alone would not have.
  await tradeOnce(desk, { closesUsd: 4 })
  expect(await desk.compare()).toBe('agree')
  expect(bench.lines('wallet.compared')).toMatchObject([{ ownUsd: 3.7, shared: ['BTCUSDT'], unexplainedUsd: 0 }])
})

test('nothing is said while a trade is in motion, or of a venue that does not answer', async () => {
  const { money, bench, compare } = await counter()
  money.cashUsd = 0
  money.isDown = true
  expect(await compare()).toBe('not compared')
  money.isDown = false
  await bench.open()
  expect(await compare()).toBe('not compared')
  expect(bench.lines('wallet.compared')).toEqual([])
})

test('a trade that begins between two looks ends them', async () => {
  const { money, bench, wallet } = await counter()
  money.cashUsd = 0
  const comparing = wallet.compare()
  await bench.clock.pass(100)
  await bench.hedge(1)
  await bench.clock.pass(5_000)
  // The second look starts anew: what it finds is of a moment at which nothing is under way.
  expect(await comparing).toBe('differ')
  expect(bench.lines('wallet.compared')).toHaveLength(1)
})

test('the wallet that cannot be read keeps a run from starting', async () => {
  const bench = createBench()
  const money = new FakeWallet()
  money.isDown = true
  await expect(walletAtStart(bench.ports, money)).rejects.toThrow('could not read the wallet at start')
})

test('unexplained money halts the entries, and a run that ends with it does not end well', async () => {
  const { bench, money, wallet } = await counter()
  const { ports, executor } = bench
  const agreement = new Agreement({ ports, executor, wallet, refused: [], mayRead: () => true })
  money.cashUsd -= 1
  void agreement.look()
  await bench.clock.pass(5_000)
  expect(bench.halts).toEqual(['nothing explains what the wallet holds'])
  const ending = agreement.atEnd()
  await bench.clock.pass(5_000)
  expect(await ending).toBe(false)
})

test('a look that is under way when the run is stopped says nothing, and the last one says all', async () => {
  const { bench, money, wallet } = await counter()
  const { ports, executor } = bench
  const agreement = new Agreement({ ports, executor, wallet, refused: [], mayRead: () => true })
  money.change(1, { type: 'TRANSFER_IN', symbol: '', clientId: '', venueMs: bench.venue.venueNowMs() })
  money.cashUsd -= 1
  void agreement.look()
  await bench.clock.pass(100)
  agreement.pause()
  money.cashUsd += 1
  const ending = agreement.atEnd()
  await bench.clock.pass(5_000)
  expect(await ending).toBe(true)
  expect(bench.lines('wallet.compared')).toHaveLength(1)
  expect(bench.halts).toEqual([])
})

test('positions that are told only when the run is stopped are compared with nothing: the sweep may have closed them', async () => {
  const { bench, wallet } = await counter()
  const { ports, executor } = bench
  const agreement = new Agreement({ ports, executor, wallet, refused: [], mayRead: () => true })
  const gate = Promise.withResolvers<void>()
  bench.venue.readGate = gate.promise
  const looking = agreement.look()
  agreement.pause()
  bench.venue.hold('BTCUSDT', 1, 10)
  gate.resolve()
  await looking
  expect(bench.log).toContain('positions')
  expect(bench.lines('books.compared')).toEqual([])
})

test('where the address has no budget left, nobody looks', async () => {
  const { bench, wallet } = await counter()
  const { ports, executor } = bench
  const agreement = new Agreement({ ports, executor, wallet, refused: [], mayRead: () => false })
  await agreement.look()
  expect(bench.log).not.toContain('positions')
})
