/**
 * The account's cash beside what explains it: at the start, after gaps, on a timer and at the end, at quiet points.
 *
 *   cash now − cash at the start = our own fills (fees, realised profit) + funding + what others did, named + nothing else
 *
 * Our part comes from our own books; the rest from the venue's log of what changed the cash, row by row, where no row is
 * ours. Somebody else in the account, money paid in or taken out, a liquidation: each is named and no fault of this run.
 * Whoever trades in a symbol of ours shares our average entry price there, so what our own closing realised can only be
 * taken from the log: such symbols are named as shared.
 *
 * The venue's reads lag its writes, each by its own: what does not add up is looked at again before it is said.
 */
import { CASH_TOLERANCE_USD, toE8 } from '../domain/cash.ts'
import type { OthersCash, WalletCompared } from '../journal/compared.ts'
import type { CashChange, WalletReader } from '../venue/gateway.ts'
import type { Executor } from './executor.ts'
import type { ExecutionPorts } from './ports.ts'
import type { Comparison } from './reconcile.ts'
import { knownAtStart, LOOK_AGAIN_MS, symbolsOf, untilCompared } from './reconcile.ts'

export interface WalletOptions {
  readonly ports: ExecutionPorts
  readonly reader: WalletReader
  readonly executor: Executor
  readonly runId: string
  readonly start: WalletStart
}

/** The cash before anything was traded, and when it was asked for. */
export interface WalletStart {
  readonly cashUsd: number
  readonly venueMs: number
}

/** Throws when it cannot be read. */
export async function walletAtStart({ gateway, clock }: ExecutionPorts, reader: WalletReader): Promise<WalletStart> {
  let venueMs = 0
  const ask = (): ReturnType<WalletReader['wallet']> => {
    venueMs = Math.floor(gateway.venueNowMs()) // as the log's times are
    return reader.wallet()
  }
  const { cashUsd } = await knownAtStart(clock, ask, 'the wallet at start')
  return { cashUsd, venueMs }
}

/** The log is asked for from so long before the last look: its rows may appear late, ms. */
const OVERLAP_MS = 10_000
/** What does not add up is looked at so often, so long apart. */
const LOOKS_MAX = 3
const FUNDING = 'SETTLEMENT'

interface Look {
  readonly cashUsd: number
  /** Rows that no earlier look has counted. */
  readonly fresh: readonly CashChange[]
  readonly askedVenueMs: number
}

/** What the venue's log has shown so far. */
interface Logged {
  readonly fundingUsd: number
  /** Of our own orders, by symbol. */
  readonly own: ReadonlyMap<string, number>
  /** By kind and symbol. */
  readonly others: ReadonlyMap<string, OthersCash>
}

const NOTHING_LOGGED: Logged = { fundingUsd: 0, own: new Map(), others: new Map() }

export class Wallet {
  readonly #options: WalletOptions
  readonly #symbols: ReadonlySet<string>
  /** Counted rows that the next look may be shown again. */
  #counted = new Map<string, CashChange>()
  #sinceVenueMs: number
  #log = NOTHING_LOGGED

  constructor(options: WalletOptions) {
    this.#options = options
    this.#symbols = new Set(symbolsOf(options.ports))
    this.#sinceVenueMs = options.start.venueMs
  }

  /** Writes down one comparison, unless a trade got in motion, the venue did not answer, or it is not wanted any more. */
  async compare(isWanted: () => boolean = () => true): Promise<Comparison> {
    const { ports, executor } = this.#options
    for (let look = 1; ; look += 1) {
      const before = this.#stand()
      if (!executor.books.quiet) return 'not compared'
      const seen = await this.#look()
      if (seen === null || !executor.books.quiet || this.#stand() !== before || !isWanted()) return 'not compared'
      const compared = this.#explain(seen)
      const agrees = Math.abs(compared.unexplainedUsd) <= CASH_TOLERANCE_USD
      if (agrees) this.#count(seen)
      if (agrees || look === LOOKS_MAX) {
        ports.journal.append('wallet.compared', compared)
        return agrees ? 'agree' : 'differ'
      }
      await ports.clock.sleep(LOOK_AGAIN_MS)
      if (!isWanted()) return 'not compared'
    }
  }

  /** As `compare`, but a venue that does not answer is asked again. */
  compareAtEnd(): Promise<Comparison> {
    const { ports, executor } = this.#options
    return untilCompared(ports, executor, LOOKS_MAX, () => this.compare())
  }

  #stand(): string {
    const { books, tradesStarted } = this.#options.executor
    return JSON.stringify([tradesStarted, [...books.cash.bySymbol]])
  }

  /** Both at once: whatever happens between the two answers shows as a difference, and is looked at again. */
  async #look(): Promise<Look | null> {
    const { reader, ports, start } = this.#options
    const askedVenueMs = ports.gateway.venueNowMs()
    const [wallet, changes] = await Promise.all([
      reader.wallet(),
      reader.cashChangesSince(this.#sinceVenueMs - OVERLAP_MS),
    ])
    if (wallet.kind !== 'done' || changes.kind !== 'done') return null
    const isFresh = ({ id, venueMs }: CashChange): boolean => !this.#counted.has(id) && venueMs >= start.venueMs
    const fresh = changes.value.filter(isFresh)
    return { cashUsd: wallet.value.cashUsd, fresh, askedVenueMs }
  }
  #explain({ cashUsd, fresh }: Look): WalletCompared {
    const { cashUsd: startUsd } = this.#options.start
    const { fundingUsd, own, others } = this.#logOf(fresh)
    const shared = new Set([...others.values()].map(({ symbol }) => symbol).filter((each) => this.#symbols.has(each)))
    let ownUsd = 0
    for (const symbol of this.#symbols) {
      const booked = this.#options.executor.books.cash.bySymbol.get(symbol) ?? 0
      ownUsd += shared.has(symbol) ? (own.get(symbol) ?? 0) : booked
    }
    const othersUsd = [...others.values()].reduce((sum, { usd }) => sum + usd, 0)
    const unexplainedUsd = toE8(cashUsd - startUsd - ownUsd - fundingUsd - othersUsd)
    const sums = { startUsd, cashUsd, ownUsd: toE8(ownUsd), fundingUsd, unexplainedUsd }
    return { ...sums, others: [...others.values()], shared: [...shared] }
  }

  #logOf(fresh: readonly CashChange[]): Logged {
    const prefix = `${this.#options.runId}-`
    let { fundingUsd } = this.#log
    const own = new Map(this.#log.own)
    const others = new Map(this.#log.others)
    for (const { type, symbol, clientId, usd } of fresh) {
      const key = `${type} ${symbol}`
      const known = others.get(key) ?? { type, symbol, usd: 0, changes: 0 }
      if (clientId.startsWith(prefix)) own.set(symbol, toE8((own.get(symbol) ?? 0) + usd))
      else if (type === FUNDING && this.#symbols.has(symbol)) fundingUsd = toE8(fundingUsd + usd)
      else others.set(key, { ...known, usd: toE8(known.usd + usd), changes: known.changes + 1 })
    }
    return { fundingUsd, own, others }
  }

  /** What is counted is never counted again; what somebody else did for the first time is said to people, too. */
  #count({ fresh, askedVenueMs }: Look): void {
    const log = this.#logOf(fresh)
    for (const [key, { type, symbol, usd }] of log.others) {
      if (this.#log.others.has(key)) continue
      const where = symbol === '' ? '' : ` in ${symbol}`
      const message = `the wallet changed by ${usd} USDT (${type}${where}), which is not this run's`
      this.#options.ports.journal.append('run.warned', { message })
    }
    this.#log = log
    this.#sinceVenueMs = askedVenueMs
    const rows = [...this.#counted.values(), ...fresh].filter(({ venueMs }) => venueMs >= askedVenueMs - 2 * OVERLAP_MS)
    this.#counted = new Map(rows.map((row) => [row.id, row]))
  }
}
