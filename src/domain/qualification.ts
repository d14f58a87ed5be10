export type ConstraintName = 'funding' | 'depth' | 'confidence' | 'profit'

export interface Constraint {
  readonly name: ConstraintName
  readonly passed: boolean
  readonly value: number
  readonly threshold: number
  /** How far the value is on the good side; negative when it fails. A strict bound fails at 0. */
  readonly margin: number
}

export interface Qualification {
  readonly qualified: boolean
  /** The first constraint that failed, in the order funding, depth, confidence, profit. */
  readonly rejectedBy: ConstraintName | null
  readonly confidence: number
  readonly feesBps: number
  readonly slippageBps: number
  readonly fundingCostBps: number
  readonly projectedProfitBps: number
  readonly constraints: readonly Constraint[]
}
