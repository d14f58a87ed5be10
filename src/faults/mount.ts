/**
 * Mounts a fault plan in this thread: the gate, what it writes down, and the mounts the plan needs.
 *
 * Only what is needed is loaded: a plan of stream frames alone never loads MSW, so that a feed thread with a small heap
 * can carry it.
 */
import type { RequestHandler } from 'msw'
import type { Clock } from '../seams/clock.ts'
import { openAppliedLog, recordOf } from './applied-log.ts'
import { createGate, type FaultGate, ORDER_FILTERS } from './gate.ts'
import { isInBatch } from './plan-table.ts'
import type { Fault, FaultPlan } from './plan-types.ts'
import { isRewriting } from './rewrite.ts'
import { FRAME_OPS } from './stream-wire.ts'

export interface MountOptions {
  readonly plan: FaultPlan
  readonly clock: Clock
  /** Where applied faults are appended; null writes nothing. */
  readonly journalPath: string | null
  /** Monotonic µs that `windowMs` counts from. */
  readonly mountedAtUs: number
  readonly threadId: number
  readonly apiSecret: string | null
  readonly userHandlers: readonly RequestHandler[]
}

/** Await it before any socket opens. Throws when the plan changes orders and there is no secret to sign them with. */
export async function mountFaults(options: MountOptions): Promise<void> {
  const { plan, clock, mountedAtUs, apiSecret, userHandlers } = options
  const rewriting = plan.faults.find(changesBody)
  if (rewriting !== undefined && apiSecret === null) {
    throw new Error(`fault "${rewriting.name}" changes a signed request: the API secret is needed to sign it anew`)
  }
  const write = openAppliedLog(options.journalPath, clock, options.threadId)
  const gate = createGate(plan, { mountedAtUs, onApplied: (applied) => write(recordOf(applied)) })

  if (gate.wants('process', ['process']) || gate.wants('clock', ['clock'])) {
    const { mountProcess } = await import('./process-mount.ts')
    mountProcess({ gate, clock, isMain: options.threadId === 0, mountedAtUs })
  }
  if (needsStreams(gate)) {
    const { mountStreams } = await import('./stream-mount.ts')
    mountStreams({ gate, clock })
  }
  if (needsRest(plan) || userHandlers.length > 0) {
    const { mountRest } = await import('./rest-mount.ts')
    const onUserHandler = (header: string): void => {
      write({
        name: `handler ${header}`,
        party: 'rest-request',
        op: 'handler',
        verdict: 'answered',
        occurrence: 0,
        clientId: null,
      })
    }
    await mountRest({ gate, clock, apiSecret, userHandlers, onUserHandler })
  }
}

/** An order of a batch that is not sent leaves a smaller batch. */
function changesBody({ party, op, verdict }: Fault): boolean {
  return isRewriting(verdict) || (party === 'rest-request' && isInBatch(op))
}

/** Anything of a stream but its handshake, which is HTTP. */
function needsStreams(gate: FaultGate): boolean {
  const ops = ['socket', ...FRAME_OPS] as const
  return gate.wants('public-stream', ops) || gate.wants('private-stream', ops)
}

/** REST itself, a handshake, or creates to be counted. */
function needsRest(plan: FaultPlan): boolean {
  return plan.faults.some(
    (fault) =>
      fault.party === 'rest-request' ||
      fault.party === 'rest-reply' ||
      fault.op === 'connect' ||
      fault.afterCreates !== undefined ||
      ORDER_FILTERS.some((name) => fault[name] !== undefined),
  )
}
