/**
 * The process that a simulated run lives in: its own wall clock over the world's time, and what a fault plan does to both.
 *
 *   schedule.clockAheadMs ─► wall clock ─┐
 *   plan: clock skew ────────────────────┴─► the run's clock          the venue's own is never touched
 *   plan: process pause ─► standstill.ts ──► the run's clock and wire
 */
import type { FaultPlan } from '../faults/plan-types.ts'
import { mountProcess } from '../faults/process-mount.ts'
import type { Clock } from '../seams/clock.ts'
import type { Transport } from '../venue/transport.ts'
import type { Schedule, Stage } from './stage.ts'
import { createStoppable } from './standstill.ts'

export interface SimulatedHost {
  readonly clock: Clock
  readonly transport: Transport
}

/** Throws when the plan kills the process. */
export function openHost({ clock, gate, transport }: Stage, { clockAheadMs = 0, faults }: Schedule): SimulatedHost {
  refuseKills(faults)
  const own = clock.skewed(clockAheadMs)
  if (!gate.wants('process', ['process']) && !gate.wants('clock', ['clock'])) return { clock: own, transport }
  const host = createStoppable(own, transport)
  const hands = { kill: () => undefined, pause: host.pause }
  mountProcess({ gate, clock: host.clock, isMain: true, mountedAtUs: 0, hands })
  return host
}

/** A plan's kill strikes at timers and creates alone; a schedule's `kills` strike anywhere between two calls (killed.ts). */
export function refuseKills({ faults }: FaultPlan): void {
  if (faults.some(({ verdict }) => verdict.do === 'kill')) {
    throw new Error('a simulated run is not killed by a fault plan: its schedule names the call')
  }
}
