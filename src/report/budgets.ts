/**
 * A budget and how it was met: a number, the bound it must keep, and how many samples stand behind it.
 *
 *   actual ──► inside the budget ───────────────────────────────► met
 *          └─► outside ─► was the machine quiet? ── yes ────────► missed
 *                                                └─ no ─────────► not judged (a visible skip, never a pass)
 *          n too small for the percentile, or never measured ───► not judged
 */

export type BudgetUnit = 'us' | 'ms' | 'MB' | '/s' | '%' | 'count'

export interface BudgetResult {
  readonly name: string
  /** 99 is p99. Left out for plain numbers (a maximum, a rate, memory). */
  readonly percentile?: number
  readonly unit: BudgetUnit
  /** Null when it was never measured. */
  readonly actual: number | null
  readonly budget: number
  /** Our own, tighter bound: shown, never asserted. */
  readonly goal?: number
  /** True: the actual must not exceed the budget. False: it must not fall below. */
  readonly atMost: boolean
  /** Samples behind `actual`. */
  readonly n: number
  readonly verdict: 'met' | 'missed' | 'not judged'
  /** Why it was not judged, or what the reader should know. */
  readonly note?: string
}

export interface BudgetQuestion extends Omit<BudgetResult, 'verdict'> {
  /**
   * Asked only when the value is outside its budget: why the machine was too noisy to judge, or null when it was quiet.
   * A value inside its budget passes without asking, since noise only ever makes things slower.
   */
  readonly tooNoisy?: () => string | null
}

/** Judges one value. Throws on a value that is not a number (NaN, infinite): that is a bug in the measurement. */
export function judgeBudget(question: BudgetQuestion): BudgetResult {
  const { tooNoisy, ...given } = question
  for (const [field, value] of Object.entries(given)) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new Error(`budget "${given.name}": ${field} must be a finite number, was ${value}`)
    }
  }
  const unfit = unfitReason(given)
  if (unfit !== null) return { ...given, verdict: 'not judged', note: joinNotes(unfit, given.note) }
  if (isInside(given)) return { ...given, verdict: 'met' }
  const noise = tooNoisy?.() ?? null
  if (noise !== null) return { ...given, verdict: 'not judged', note: joinNotes(noise, given.note) }
  return { ...given, verdict: 'missed' }
}

/**
 * The smallest number of samples that supports a percentile: ten beyond it, so p50 needs 20, p99 1,000, p99.9 10,000.
 * Without a percentile one sample is enough.
 */
export function samplesNeeded(percentile: number | undefined): number {
  if (percentile === undefined || percentile >= 100) return 1
  return Math.round(10 / (1 - percentile / 100))
}

/** How far the value is on the good side of its budget, as a share of the budget in percent; negative when missed. */
export function marginPercent(result: Pick<BudgetResult, 'actual' | 'budget' | 'atMost'>): number | null {
  if (result.actual === null) return null
  const slack = result.atMost ? result.budget - result.actual : result.actual - result.budget
  if (result.budget === 0) return slack === 0 ? 0 : Math.sign(slack) * 100
  return (slack / Math.abs(result.budget)) * 100
}

/** Whether our own tighter bound holds too; null without a goal, a value or enough samples. */
export function goalMet(result: BudgetResult): boolean | null {
  if (result.goal === undefined || result.actual === null || unfitReason(result) !== null) return null
  return result.atMost ? result.actual <= result.goal : result.actual >= result.goal
}

const URGENCY = { missed: 0, 'not judged': 1, met: 2 } as const

/** Most urgent first: what was missed, what could not be judged, then by smallest margin; ties keep a stable order by name. */
export function compareByMargin(a: BudgetResult, b: BudgetResult): number {
  const urgency = URGENCY[a.verdict] - URGENCY[b.verdict]
  if (urgency !== 0) return urgency
  const margin = (marginPercent(a) ?? Number.POSITIVE_INFINITY) - (marginPercent(b) ?? Number.POSITIVE_INFINITY)
  if (margin !== 0 && !Number.isNaN(margin)) return margin
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function isInside(result: Omit<BudgetResult, 'verdict'>): boolean {
  if (result.actual === null) return false
  return result.atMost ? result.actual <= result.budget : result.actual >= result.budget
}

function unfitReason(result: Omit<BudgetResult, 'verdict'>): string | null {
  if (result.actual === null) return 'not measured'
  const needed = samplesNeeded(result.percentile)
  if (result.n < needed) {
    const what = result.percentile === undefined ? 'this' : `p${result.percentile}`
    return `n too small for ${what}: ${result.n} of ${needed}`
  }
  return null
}

function joinNotes(first: string, second: string | undefined): string {
  return second === undefined ? first : `${first}; ${second}`
}
