/**
 * The fault layer's second mount: the same plan as in the runtime's process, applied at the venue's own door, so that a bot
 * in any language can be disturbed.
 *
 *   plan ─► gate ─┬─► disturbed-rest.ts     every admitted request, and its answer
 *                 ├─► disturbed-trade.ts    every admitted order by socket, and its answer
 *                 └─► disturbed-streams.ts  every handshake, frame and socket of the streams
 *                       └─► fault.applied in the journal
 *
 * Loaded only when there is a plan or a module of handlers.
 */
import { readFileSync } from 'node:fs'
import { openAppliedLog, recordOf } from '../faults/applied-log.ts'
import { createGate } from '../faults/gate.ts'
import { parsePlan } from '../faults/plan.ts'
import type { FaultPlan } from '../faults/plan-types.ts'
import type { Clock } from '../seams/clock.ts'
import { createRestFaults } from './disturbed-rest.ts'
import { createStreamFaults, type StreamFaults } from './disturbed-streams.ts'
import { createTradeFaults } from './disturbed-trade.ts'
import type { RestFaults } from './http-admission.ts'
import type { TradeFaults } from './trade-admission.ts'
import type { AskHandlers } from './user-handlers.ts'

export interface VenueFaults {
  readonly rest: RestFaults
  readonly trade: TradeFaults
  readonly streams: StreamFaults
  /** Names of the faults planned. */
  readonly planned: readonly string[]
  /** Forgets what is held back; sockets then open keep what was done to them. */
  close(): void
}

export interface VenueFaultOptions {
  readonly plan: FaultPlan
  readonly clock: Clock
  /** Where applied faults are appended; null writes nothing. */
  readonly journalPath: string | null
  /** In MSW's own style, asked before the plan. A response of theirs is told instead of the venue's. */
  readonly userHandlers?: AskHandlers
}

/** Prepares a plan for `serveCore`. Windows count from now. */
export function openVenueFaults(options: VenueFaultOptions): VenueFaults {
  const { plan, journalPath, userHandlers = null } = options
  const clock = endingClock(options.clock)
  const write = openAppliedLog(journalPath, clock, 0)
  const gate = createGate(plan, { mountedAtUs: clock.nowUs(), onApplied: (applied) => write(recordOf(applied)) })
  const onUserHandler = (what: string): void => {
    const told = { party: 'rest-request', op: 'handler', verdict: 'answered', occurrence: 0, clientId: null }
    write({ name: `handler ${what}`, ...told })
  }
  const streams = createStreamFaults(gate, clock)
  return {
    rest: createRestFaults({ gate, clock, userHandlers, onUserHandler }),
    trade: createTradeFaults(gate, clock),
    streams,
    planned: plan.faults.map(({ name }) => name),
    close() {
      streams.close()
      clock.end()
    },
  }
}

/**
 * Reads a plan's file. Throws `FaultPlanError` with every problem, also for what a venue cannot do to a bot; or what the
 * file system or JSON says.
 */
export function readPlanFile(path: string): FaultPlan {
  return parsePlan(JSON.parse(readFileSync(path, 'utf8')), 'venue')
}

/** A clock whose waits end with the venue: what was delayed then never happens, and no timer keeps the process alive. */
function endingClock(clock: Clock): Clock & { end(): void } {
  const cancels = new Set<() => void>()
  const after = (ms: number, callback: () => void): (() => void) => {
    const forget = (): void => {
      cancels.delete(cancelThis)
    }
    const cancel = clock.after(ms, () => {
      forget()
      callback()
    })
    const cancelThis = (): void => {
      forget()
      cancel()
    }
    cancels.add(cancelThis)
    return cancelThis
  }
  return {
    nowUs: clock.nowUs,
    wallMs: clock.wallMs,
    after,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    end() {
      for (const cancel of [...cancels]) cancel()
    },
  }
}
