/**
 * Whether our books and the venue's say the same, positions and money: after gaps, on a timer, and at the end.
 */
import type { Executor } from './executor.ts'
import type { ExecutionPorts } from './ports.ts'
import { compareAtEnd, compareBooks } from './reconcile.ts'
import type { Wallet } from './wallet.ts'

export interface AgreementOptions {
  readonly ports: ExecutionPorts
  readonly executor: Executor
  readonly wallet: Wallet
  /** Symbols that were never ours. */
  readonly refused: readonly string[]
  /** Whether the address's budget has room for what nobody waits for. */
  mayRead(): boolean
}

export class Agreement {
  readonly #options: AgreementOptions
  #disagreements = 0
  #looking: Promise<void> | null = null
  #isEnding = false

  constructor(options: AgreementOptions) {
    this.#options = options
  }

  /** One look at both; entries are halted when they disagree. */
  look(): Promise<void> {
    if (this.#isEnding || !this.#options.mayRead()) return Promise.resolve()
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  /** The run is being stopped: no look is begun any more, and one that is under way says nothing. */
  pause(): void {
    this.#isEnding = true
  }

  /** True when both could be compared and agree. Nothing may be under way any more. */
  async atEnd(): Promise<boolean> {
    this.#isEnding = true
    await this.#looking
    const { ports, executor, refused, wallet } = this.#options
    const positions = await compareAtEnd(ports, executor, refused)
    return positions === 'agree' && (await wallet.compareAtEnd()) === 'agree'
  }

  async #look(): Promise<void> {
    const isWanted = (): boolean => !this.#isEnding
    await this.#comparePositions(isWanted)
    const { executor, wallet } = this.#options
    const comparison = await wallet.compare(isWanted)
    if (comparison === 'differ') executor.haltEntries('nothing explains what the wallet holds')
  }

  async #comparePositions(isWanted: () => boolean): Promise<void> {
    const { ports, executor, refused } = this.#options
    const comparison = await compareBooks(ports, executor, refused, isWanted)
    if (comparison === 'not compared') return
    this.#disagreements = comparison === 'differ' ? this.#disagreements + 1 : 0
    // Once may be a read that lags; twice, seconds apart, is a liquidation, somebody else's hand, or a bug of ours.
    if (this.#disagreements === 2) executor.haltEntries("our books and the venue's disagree twice in a row")
  }
}
