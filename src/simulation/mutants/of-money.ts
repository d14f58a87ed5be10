/**
 * Mutants of the money: what is booked of fills, and how the wallet's cash is explained.
 */
import type { Mutant } from './mutant.ts'

const WALLET = 'src/execution/wallet.ts'
const CASH = 'src/domain/cash.ts'

export const OF_MONEY: readonly Mutant[] = [
  {
    name: "the sweep's fills cost nothing",
    file: 'src/execution/executor.ts',
    find: '    this.books.cash.add(cashFillOf(instrument, order, execution))\n',
    replace: '',
    why: 'what the final sweep closes is taken off the positions, but its profit and its fees are booked nowhere',
    modelledOn: null,
  },
  {
    name: "trades' fills cost nothing",
    file: 'src/execution/trade-run.ts',
    find: '    this.#options.watcher.filled(cashFillOf(this.instrument, order, row))\n',
    replace: '',
    why: 'fills are counted in lots, never in money',
    modelledOn: null,
  },
  {
    name: 'funding dropped',
    file: WALLET,
    find: 'fundingUsd = toE8(fundingUsd + usd)',
    replace: 'fundingUsd = 0',
    why: 'funding that the venue settles is left out of what explains the cash',
    modelledOn: null,
  },
  {
    name: "funding taken for a stranger's",
    file: WALLET,
    find: 'else if (type === FUNDING && this.#symbols.has(symbol)) fundingUsd',
    replace: "else if (type === 'FUNDING' && this.#symbols.has(symbol)) fundingUsd",
    why: 'funding of our own positions is put down to somebody else, and their symbol is thought to be shared',
    modelledOn: null,
  },
  {
    name: 'fees forgotten',
    file: CASH,
    find: '    usd -= fill.feeUsd\n',
    replace: '',
    why: 'what fills cost in fees is not booked',
    modelledOn: null,
  },
  {
    name: 'profit of a short with the wrong sign',
    file: CASH,
    find: "usd += fill.leg === 'long' ? fill.valueUsd - closedUsd : closedUsd - fill.valueUsd",
    replace: 'usd += fill.valueUsd - closedUsd',
    why: 'what closing a short realises is booked as if it had been a long',
    modelledOn: null,
  },
  {
    name: 'cash of fills in the order they were told',
    file: CASH,
    find: '      leg.recent.sort(byMoment)\n',
    replace: '',
    why: 'a closing fill that is told before the opening one it closes realises against nothing',
    modelledOn: null,
  },
  {
    name: 'rows of the log counted again',
    file: WALLET,
    find: '!this.#counted.has(id) && venueMs >= start.venueMs',
    replace: 'venueMs >= start.venueMs',
    why: 'a row that two looks are shown explains twice what happened once',
    modelledOn: null,
  },
  {
    name: 'money from before the run counted',
    file: WALLET,
    find: '!this.#counted.has(id) && venueMs >= start.venueMs',
    replace: '!this.#counted.has(id)',
    why: 'what the cash at the start holds already is counted once more',
    modelledOn: null,
  },
  {
    name: 'money that nothing explains is no reason',
    file: 'src/execution/agreement.ts',
    find: "if (comparison === 'differ') executor.haltEntries('nothing explains what the wallet holds')",
    replace: '',
    why: 'the wallet is compared, and whatever comes of it trading goes on',
    modelledOn: null,
  },
]
