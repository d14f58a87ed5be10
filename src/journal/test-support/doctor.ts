/**
 * One truthful journal that touches every promise, and the words tests use to doctor it and to say what broke.
 */
import { checkJournal } from '../checks.ts'
import type { PromiseId } from '../finding.ts'
import { dataOf, runOf, Story, type StoryTerms, type TaleLine } from './story.ts'
import { failedTrade, hedgedTrade } from './trades.ts'

export const FAULT = 'refuse the short'

/** Two pairs side by side, one emergency close, one trade whose last lots are closed "whatever they are". */
export function truthfulStory(terms: StoryTerms = {}): Story {
  const foreign = { symbol: 'SOLUSDT', idx: 1, side: 'buy', lots: 7 } as const
  const story = new Story({ plannedFaults: [FAULT], baseline: [foreign], ...terms })
  hedgedTrade(story, { tradeId: 't1', atMs: 100 })
  hedgedTrade(story, { tradeId: 't2', atMs: 110, symbol: 'ETHUSDT', lots: 4 })
  story.compare(900)
  const fault = { party: 'rest-request', op: 'create', verdict: 'retCode 110007', occurrence: 1, clientId: null }
  story.write('fault.applied', 2_000, { name: FAULT, ...fault }, 'faults')
  failedTrade(story, { tradeId: 't3', atMs: 2_000 })
  closedAll(story, 't4', 4_000)
  story.compare(5_000)
  return story
}

/** The unwind leaves less than the venue's minimum; the rest goes with quantity 0 and close-on-trigger. */
function closedAll(story: Story, tradeId: string, atMs: number): void {
  const long = story.submit({ tradeId, atMs, leg: 'long', lots: 5 })
  story.fill(long, atMs + 3, 5)
  const short = story.submit({ tradeId, atMs, leg: 'short', lots: 5 })
  story.cancel(short, atMs + 500)
  const dueUs = 5_000_000 + (atMs + 501) * 1_000
  story.write('trade.failed', atMs + 510, { tradeId, reason: 'short-timeout', dueUs })
  const most = story.submit({ tradeId, atMs: atMs + 510, leg: 'long', purpose: 'unwind', lots: 5 })
  story.fill(most, atMs + 513, 4)
  story.cancel(most, atMs + 513)
  const rest = story.submit({ tradeId, atMs: atMs + 515, leg: 'long', purpose: 'unwind', lots: 1, closeAll: true })
  story.fill(rest, atMs + 518, 1)
  story.flat(tradeId, atMs + 520)
}

export function taleOf(tell: (story: Story) => void, terms: StoryTerms = {}): TaleLine[] {
  const story = truthfulStory(terms)
  tell(story)
  return story.tale(20_000)
}

/** Promises that do not pass, with their verdicts. */
export function broken(tale: readonly TaleLine[]): string[] {
  const findings = checkJournal(runOf(tale))
  return findings.filter(({ verdict }) => verdict !== 'pass').map(({ promise, verdict }) => `${promise} ${verdict}`)
}

export function summaryOf(tale: readonly TaleLine[], promise: PromiseId): string {
  return checkJournal(runOf(tale)).find((finding) => finding.promise === promise)!.summary
}

/** Promises that do not pass, and of which a slow machine may be the cause. */
export function onlyLate(tale: readonly TaleLine[]): string[] {
  return checkJournal(runOf(tale)).flatMap((finding) => (finding.onlyLate ? [finding.promise] : []))
}

export function truthOf(tale: readonly TaleLine[]) {
  return dataOf(tale, 'venue.truth')[0]!
}

export const nothing = (): void => undefined
