/**
 * What the process costs: resident memory, and the share of one core this thread uses.
 */
import { readFileSync } from 'node:fs'
import type { Clock } from '../seams/clock.ts'

/**
 * Resident memory of the whole process, MiB: `VmRSS` of /proc/self/status where there is one, as the budget is defined;
 * elsewhere what Node says.
 */
export function rssMb(): number {
  return (residentKbOf(statusText()) ?? process.memoryUsage.rss() / 1024) / 1024
}

/** What a process uses, as the metrics ask for it. */
export interface ProcessUsage {
  /** Resident memory, MiB. */
  rssMb(): number
  /** Processor time of the calling thread so far, µs. */
  cpuUs(): number
}

/** This process. Before Node 23.9 there is no clock per thread, and `cpuUs` is the whole process's. */
export const thisProcess: ProcessUsage = { rssMb, cpuUs: cpuUsedUs }

/** `VmRSS` in kB out of the text of /proc/<pid>/status; undefined when it is not there. */
export function residentKbOf(status: string): number | undefined {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status)
  return found === null ? undefined : Number(found[1])
}

function statusText(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1')
  } catch {
    return ''
  }
}

/** A look at less time than this says more about the look than about the load. */
const SHORTEST_US = 1e6

/** Percent of one core used since the last look that lay at least a second back. */
export function createCpuMeter(clock: Pick<Clock, 'nowUs'>, usedUs: () => number): () => number {
  let since = { atUs: clock.nowUs(), usedUs: usedUs() }
  let last: number | undefined
  return () => {
    const now = { atUs: clock.nowUs(), usedUs: usedUs() }
    const elapsedUs = now.atUs - since.atUs
    if (elapsedUs < SHORTEST_US && last !== undefined) return last
    const percent = elapsedUs > 0 ? (100 * (now.usedUs - since.usedUs)) / elapsedUs : 0
    if (elapsedUs >= SHORTEST_US) {
      since = now
      last = percent
    }
    return percent
  }
}

function cpuUsedUs(): number {
  const used = typeof process.threadCpuUsage === 'function' ? process.threadCpuUsage() : process.cpuUsage()
  return used.user + used.system
}
