/**
 * The account's cash, as the run compared it (P9): is every change of it explained, and is our part what our fills come to?
 */
import { CASH_TOLERANCE_USD, type CashBook, createCashBook, toE8 } from '../../domain/cash.ts'
import { RECOVERY_TRADE } from '../../domain/leftover.ts'
import { opensLeg } from '../../domain/order.ts'
import type { OthersCash } from '../compared.ts'
import type { EventData } from '../events.ts'
import { linesOf } from '../run.ts'
import type { Books } from './books.ts'

export interface MoneyLook {
  /** Monotonic µs. */
  readonly atUs: number
  readonly unexplainedUsd: number
  /** What is wrong, in words; null when all is explained. */
  readonly wrong: string | null
}

/** Every comparison of the wallet, in the order of time. */
export function moneyLooks(books: Books): MoneyLook[] {
  const { run } = books
  const startUsd = run.baseline?.data.cashUsd
  const own = createCashBook()
  const looks: MoneyLook[] = []
  for (const event of run.events) {
    if (event.type === 'order.filled' && event.data.tradeId !== RECOVERY_TRADE) addFill(own, books, event.data)
    if (event.type !== 'wallet.compared') continue
    const { cashUsd, ownUsd, fundingUsd, others, shared } = event.data
    const unexplainedUsd = toE8(cashUsd - (startUsd ?? event.data.startUsd) - ownUsd - fundingUsd - sumOf(others))
    const filledUsd = toE8([...own.bySymbol.values()].reduce((sum, usd) => sum + usd, 0))
    // In a shared symbol our part is the venue's word: the average entry price there is not ours alone.
    const isOff = shared.length === 0 && Math.abs(ownUsd - filledUsd) > CASH_TOLERANCE_USD
    const wrong =
      Math.abs(unexplainedUsd) > CASH_TOLERANCE_USD
        ? `${unexplainedUsd} USDT of the wallet are explained by nothing`
        : isOff
          ? `our own fills are said to have made ${ownUsd} USDT, and come to ${filledUsd}`
          : null
    looks.push({ atUs: event.at, unexplainedUsd, wrong })
  }
  return looks
}

/** What others did to the account's cash, as last seen. */
export function othersCash({ run }: Pick<Books, 'run'>): readonly OthersCash[] {
  return linesOf(run, 'wallet.compared').at(-1)?.data.others ?? []
}

function addFill(own: CashBook, books: Books, fill: EventData['order.filled']): void {
  const { clientId, leg, lots, priceTicks, feeUsd, venueMs } = fill
  const intent = books.intents.get(clientId)?.data
  const symbol = intent?.symbol ?? books.run.trades.get(fill.tradeId)?.symbol ?? ''
  const opens = intent === undefined || opensLeg({ leg, side: intent.side })
  own.add({ symbol, leg, opens, lots, valueUsd: lots * books.lotUsd(symbol, priceTicks), feeUsd, venueMs })
}

function sumOf(others: readonly OthersCash[]): number {
  return others.reduce((sum, { usd }) => sum + usd, 0)
}
