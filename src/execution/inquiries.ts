/**
 * Questions about single orders, each on its own: a slow answer about one symbol keeps no other symbol waiting.
 */
import type { Clock } from '../seams/clock.ts'

export class Inquiries {
  /** By what is asked about; each with its symbol. */
  readonly #open = new Map<string, { readonly symbol: string; readonly answered: Promise<void> }>()

  /** Asks, unless the same question is still open. */
  ask(key: string, symbol: string, question: () => Promise<unknown> | undefined): void {
    if (this.#open.has(key)) return
    const answered = (async () => {
      await question()
      this.#open.delete(key)
    })()
    this.#open.set(key, { symbol, answered })
  }

  /** Resolves when all are answered, or after so long. */
  async answered(clock: Pick<Clock, 'after'>, maxMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.after(maxMs, resolve)
    await Promise.race([this.allAnswered(), promise])
    cancel()
  }

  /** Each question has an end of its own: an answer, or that there is none. */
  async allAnswered(): Promise<void> {
    await Promise.all([...this.#open.values()].map((one) => one.answered))
  }

  /** Symbols about which something is still asked. */
  symbols(): Set<string> {
    return new Set([...this.#open.values()].map(({ symbol }) => symbol))
  }
}
