/**
 * The stages of the road in the order a quote travels them, with the design's absolute budgets (loopback, no fault layer).
 */
import type { StageName } from '../journal/events.ts'

export interface Stage {
  readonly name: StageName
  readonly words: string
  /** The name under which scenarios judge it. */
  readonly budgetName: string
  readonly budget: { readonly percentile: number; readonly budgetUs: number; readonly goalUs: number | null }
}

export const STAGES: readonly Stage[] = [
  {
    name: 'socketToRing',
    words: 'socket receive → ring',
    budgetName: 'socket receive → ring',
    budget: { percentile: 99, budgetUs: 500, goalUs: null },
  },
  {
    name: 'ringToStrategy',
    words: 'ring → strategy',
    budgetName: 'ring → strategy',
    budget: { percentile: 50, budgetUs: 100, goalUs: null },
  },
  {
    name: 'detection',
    words: 'detection: pop → verdict',
    budgetName: 'detection',
    budget: { percentile: 99, budgetUs: 2_000, goalUs: 50 },
  },
  {
    name: 'placement',
    words: 'placement: decision → both legs acknowledged',
    budgetName: 'placement',
    budget: { percentile: 99, budgetUs: 5_000, goalUs: null },
  },
  {
    name: 'endToEnd',
    words: 'end to end: frame in → both legs acknowledged',
    budgetName: 'end to end',
    budget: { percentile: 99, budgetUs: 10_000, goalUs: null },
  },
]
