/**
 * P11: whatever a scenario shows can fail. Its remedy is taken out of the runtime's process, and its central check must
 * notice; with the remedy in place the same run, in the same world, passes it.
 */
import { expect, test } from 'vitest'
import { describeFinding } from './journal/summary.ts'
import type { CanFail } from './report/can-fail.ts'
import { playRemedy } from './test-support/can-fail.ts'
import { REMEDIES } from './test-support/remedies.ts'

declare module 'vitest' {
  interface TaskMeta {
    canFail?: readonly CanFail[]
  }
}

for (const remedy of REMEDIES) {
  const { scenario, switchedOff, check } = remedy
  test(`${scenario} without ${switchedOff}`, { timeout: 60_000 }, async ({ task }) => {
    const [whole, broken] = await Promise.all([playRemedy(remedy, false), playRemedy(remedy, true)])
    task.meta.canFail = [{ scenario, switchedOff, check: check.name, evidence: broken.evidence }]
    expect(whole.evidence, 'with its remedy').toBeNull()
    expect(whole.broken.map(describeFinding)).toEqual([])
    expect(broken.evidence, 'without its remedy').not.toBeNull()
  })
}
