/**
 * Mutants of the recovery: what a process finds of the one before, and when it begins to trade. What it does about what it
 * finds is in of-recovering.ts.
 */
import type { Mutant } from './mutant.ts'
import { OF_THE_ASKING, OF_THE_CLOSING } from './of-recovering.ts'

const LEFTOVER = 'src/journal/leftover.ts'
const RECOVER = 'src/execution/recover.ts'
const MAKE_WAY = 'src/make-way.ts'
const FIRST = 'src/recover-first.ts'

/** What the journal of the process before is read as. */
const OF_THE_JOURNAL: readonly Mutant[] = [
  {
    name: 'a torn line costs the whole journal',
    file: LEFTOVER,
    find: '  const inherited = inheritedBy(run)\n',
    replace: '  if (run.torn) return null\n  const inherited = inheritedBy(run)\n',
    why: 'the last line was cut in two by the kill, and everything before it is thrown away with it',
    modelledOn: 'taniman/profit-trailer#1709',
  },
  {
    name: 'intents without an acknowledgement forgotten',
    file: LEFTOVER,
    find: '(order): order is SentOrder => order.submitted !== null)',
    replace: '(order): order is SentOrder => order.submitted !== null && order.acknowledged !== null)',
    why: 'orders that were meant and of which nothing was heard are not asked about after a start',
    modelledOn: 'nautechsystems/nautilus_trader#4152',
  },
  {
    name: 'ended orders not asked about again',
    file: LEFTOVER,
    find: '(order): order is SentOrder => order.submitted !== null)',
    replace: '(order): order is SentOrder => order.submitted !== null && order.ended === null)',
    why: "an order that had ended is no open order, so what it filled is nobody's position",
    modelledOn: 'banbox/banbot#162',
  },
  {
    name: 'a chain of kills remembers one life',
    file: LEFTOVER,
    find: "return isRecovered(run) ? null : (linesOf(run, 'recovery.started')[0]?.data ?? null)",
    replace: 'return null',
    why: 'killed again while it recovers: what the first process left is not passed on to the third',
    modelledOn: null,
  },
  {
    name: "a recovery's own orders forgotten",
    file: LEFTOVER,
    find: '!(trade.tradeId === RECOVERY_TRADE && isRecovered(run))',
    replace: 'trade.tradeId !== RECOVERY_TRADE',
    why: 'what a recovery that was killed had closed itself is not counted by the next one',
    modelledOn: null,
  },
  {
    name: 'a recovery that failed is done',
    file: LEFTOVER,
    find: "linesOf(run, 'recovered').some(({ data }) => data.complete)",
    replace: "linesOf(run, 'recovered').length > 0",
    why: 'a recovery that could not close everything counts as one that did: the next start looks no further',
    modelledOn: 'BYTEX-TRADE/bytex#30',
  },
  {
    name: 'an end that was said is an end that was flat',
    file: LEFTOVER,
    find: 'const counts = run.finished === null || inherited !== null || asked',
    replace: 'const counts = run.finished === null',
    why: 'a process whose recovery failed said so and ended; that it ended is all the next one reads',
    modelledOn: null,
  },
  {
    name: 'a trade over is over',
    file: LEFTOVER,
    find: 'const LATE_US = 2_000_000',
    replace: 'const LATE_US = 0',
    why: 'a trade that ended in the last moment before the kill is not asked about: a late fill of it stays',
    modelledOn: 'banbox/banbot#162',
  },
]

/** When it begins, when it is over, and what is said of it. */
const OF_THE_START: readonly Mutant[] = [
  {
    name: 'recovery left out',
    file: FIRST,
    find: 'if (leftover === undefined) return\n',
    replace: 'if (leftover !== undefined || leftover === undefined) return\n',
    why: 'the process starts as if there had been none before it',
    modelledOn: 'agonyforge/arbitrader#34',
  },
  {
    name: 'trades before the recovery is over',
    file: 'src/road.ts',
    find: 'await recoverFirst(',
    replace: 'void recoverFirst(',
    why: 'the recovery is begun, and trading does not wait for it',
    modelledOn: null,
  },
  {
    name: 'a failed recovery is no reason not to trade',
    file: RECOVER,
    find: 'if (problem === null) return positions',
    replace: 'return positions',
    why: 'what could not be closed is written down, and the run starts as if it had been',
    modelledOn: 'BYTEX-TRADE/bytex#30',
  },
  {
    name: 'a recovery that failed ends well',
    file: 'src/runtime.ts',
    find: `      this.#exitCode ||= 1
      // Asked to stop while it was starting: why it could not start must not be lost.
      if (failure instanceof Error && !reason.includes(failure.message)) this.#warn(failure.message)
      const left = failure instanceof RecoveryError ? failure.left : []`,
    replace: "      this.#exitCode = 0\n      const left: RecoveryError['left'] = []",
    why: 'a process that could not close what the one before left ends with 0 and names nothing',
    modelledOn: 'BYTEX-TRADE/bytex#30',
  },
  {
    name: 'what a recovery leaves is not named',
    file: 'src/runtime.ts',
    find: 'const left = failure instanceof RecoveryError ? failure.left : []',
    replace: "const left: RecoveryError['left'] = []",
    why: 'a run that could not close what the one before left ends as if nothing were there',
    modelledOn: null,
  },
  {
    name: 'symbols not traded any more left as they are',
    file: FIRST,
    find: '.filter((symbol) => !traded.includes(symbol))',
    replace: '.filter((symbol) => !traded.includes(symbol) && traded.length === 0)',
    why: 'what the process before traded and this one does not is neither asked about nor closed',
    modelledOn: null,
  },
  {
    name: 'the old journal goes before the new one is there',
    file: MAKE_WAY,
    find: '.new`\n',
    replace: '`\n',
    why: 'killed between the two, there is no journal that names what was left',
    modelledOn: 'taniman/profit-trailer#1709',
  },
  {
    name: 'a journal that is still written is taken for a dead one',
    file: MAKE_WAY,
    find: 'if (silentMs >= SILENT_MS || silentMs < -SILENT_MS) return run',
    replace: 'if (Number.isFinite(silentMs)) return run',
    why: 'a process whose parent was killed is still closing its trades, and the next one recovers them beside it',
    modelledOn: null,
  },
  {
    name: "another account's journal recovered",
    file: MAKE_WAY,
    find: 'if (account !== null && account !== accountOf(config)) {',
    replace: 'if (account === undefined) {',
    why: 'what a run of another key left is looked for with this one, not found, and taken for closed',
    modelledOn: null,
  },
  {
    name: 'what was named is closed unasked',
    file: MAKE_WAY,
    find: 'leftoverOf(run, { asked: recoverFile !== null })',
    replace: 'leftoverOf(run, { asked: true })',
    why: 'a run that ended and named an amount, for somebody to decide, is closed by the next one without being asked to',
    modelledOn: null,
  },
]

export const OF_RECOVERY: readonly Mutant[] = [...OF_THE_JOURNAL, ...OF_THE_ASKING, ...OF_THE_CLOSING, ...OF_THE_START]
