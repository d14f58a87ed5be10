/**
 * How noisy this machine was while a budget was measured: asked only when a value lies outside its budget.
 *
 * Witnesses that our own load does not move: processor time that the hypervisor gave to other machines ("steal", on
 * Linux), an event loop with nothing to do (the scenario's own) that is woken late all the same, and a loop that only looks
 * at the clock and sees it jump.
 */
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock } from '../../src/seams/clock.ts'

const RESOLUTION_MS = 5
/**
 * An order's way there and back crosses four wake-ups (venue, client, and the other leg's), so the 99th percentile of
 * orders shows the 99.75th of wake-ups. On a quiet machine that is under a millisecond; half of the smallest budget of
 * a percentile, lost to one wake-up, leaves nothing to judge.
 */
const LATE_PERCENTILE = 99.75
const LATE_MAX_MS = 2.5
/** A machine of one's own loses nothing to others; from here on a p99 tells about the neighbours. */
const STOLEN_MAX = 0.02

/** Starts watching; `stop` returns why the machine was too noisy to judge, or null. */
export function watchMachine(): { stop(): string | null } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const before = processorTimes()
  delay.enable()
  return {
    stop() {
      delay.disable()
      const stolen = stolenShare(before, processorTimes())
      const lateMs = delay.percentile(LATE_PERCENTILE) / 1e6 - RESOLUTION_MS
      if (stolen > STOLEN_MAX)
        return `the machine was too noisy: ${percent(stolen)} of its processor time went to other machines`
      if (lateMs > LATE_MAX_MS)
        return `the machine was too noisy: an idle event loop was ${lateMs.toFixed(1)} ms late at p${LATE_PERCENTILE}`
      return null
    },
  }
}

const LOOK_US = 400_000
const STALL_US = 250
/** Of the looking time. An idle machine of this kind loses well under one percent. */
const LOST_MAX = 0.05

/** For a percentile: too noisy when more than a twentieth of a look at the clock was lost, since then it tells about the neighbours. */
export function machineNoise(): string | null {
  const { lost, longestMs } = lookAtClock()
  if (lost <= LOST_MAX) return null
  return `the machine was too noisy: ${percent(lost)} of a calibration was lost, longest stall ${longestMs.toFixed(1)} ms`
}

/** How long the machine stood still at most during the scenario's run, ms. One scenario at a time in a process. */
let stoodStillMs = 0

/** Watches for a machine that stands still; `stop` comes before this process has work of its own to do. */
export function watchStalls(): { stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  stoodStillMs = 0
  return {
    stop() {
      delay.disable()
      stoodStillMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
    },
  }
}

/**
 * For a time that is bounded by itself, not as a percentile: whether the time the machine took from us brings it within its
 * bound. In proportion, so that a small disturbance never excuses a large miss.
 */
export function slownessExplains(actualMs: number, boundMs: number): string | null {
  const { lost } = lookAtClock()
  const oursMs = (actualMs - stoodStillMs) * (1 - lost)
  if (oursMs > boundMs) return null
  return `the machine was too slow: it stood still for ${stoodStillMs.toFixed(0)} ms, and then ${percent(lost)} of a calibration was lost`
}

/** Looks at the clock without a pause for 0.4 s: whenever it jumps, somebody else had the processor. */
function lookAtClock(): { readonly lost: number; readonly longestMs: number } {
  const startUs = systemClock.nowUs()
  let beforeUs = startUs
  let lostUs = 0
  let longestUs = 0
  while (beforeUs - startUs < LOOK_US) {
    const us = systemClock.nowUs()
    const jump = us - beforeUs
    if (jump > STALL_US) {
      lostUs += jump
      longestUs = Math.max(longestUs, jump)
    }
    beforeUs = us
  }
  return { lost: lostUs / (beforeUs - startUs), longestMs: longestUs / 1000 }
}

interface ProcessorTimes {
  readonly total: number
  readonly idle: number
  readonly stolen: number
}

/** Of the time somebody wanted a processor, how much another machine got. */
function stolenShare(before: ProcessorTimes | null, after: ProcessorTimes | null): number {
  if (before === null || after === null) return 0
  const wanted = after.total - before.total - (after.idle - before.idle)
  return wanted <= 0 ? 0 : (after.stolen - before.stolen) / wanted
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, … in ticks. */
function processorTimes(): ProcessorTimes | null {
  if (process.platform !== 'linux') return null
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/\s+/)
  const ticks = fields.slice(0, 8).map(Number)
  const [idle = 0, waiting = 0, stolen = 0] = [ticks[3], ticks[4], ticks[7]]
  return { total: ticks.reduce((sum, tick) => sum + tick, 0), idle: idle + waiting, stolen }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
