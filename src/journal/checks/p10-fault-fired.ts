/**
 * P10 fault-fired: every planned fault was delivered at least once. One that was not makes the run void: it was green
 * without the disturbance it claims to survive.
 */
import { firstOf, type Judgement, plural } from '../finding.ts'
import type { Run } from '../run.ts'

export function checkFaultFired(run: Run): Judgement {
  const planned = new Set(run.faults.planned)
  const applied = Map.groupBy(run.faults.applied, ({ data }) => data.name)
  const missing = [...planned].filter((name) => !applied.has(name))
  const unplanned = [...applied.keys()].filter((name) => !planned.has(name))
  const fired = Object.fromEntries([...applied].map(([name, lines]) => [name, lines.length]))
  const evidence = { planned: planned.size, fired, missing: firstOf(missing), unplanned: firstOf(unplanned) }
  const done = planned.size - missing.length
  const measure = { worst: done, bound: planned.size, margin: -missing.length, unit: 'faults' }
  if (missing.length > 0) {
    const summary = `void: ${plural(missing.length, 'planned fault')} never fired; first: ${missing[0]}`
    return { verdict: 'unknown', summary, measure, evidence }
  }
  const summary = planned.size === 0 ? 'no faults planned' : `${plural(planned.size, 'planned fault')}, all fired`
  return { verdict: 'pass', summary, measure, evidence }
}
