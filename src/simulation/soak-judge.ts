/**
 * What a soak has to show: every promise, and a heap that ends where it began.
 *
 *   heap of each hour ─► less what the venue remembers of the orders ─► a line through the rest ─► its slope, its noise
 */
import { checkJournal } from '../journal/checks.ts'
import type { Finding } from '../journal/finding.ts'
import { readJournal } from '../journal/read.ts'
import type { HeapSample, Soaked } from './soak.ts'

export interface HeapVerdict {
  /** The venue's memory of one order, bytes. */
  readonly bytesPerOrder: number
  /** Of the heap without the venue's memory: MB per hour, by least squares. */
  readonly slopeMbPerHour: number
  /** The largest distance of an hour from that line, MB. */
  readonly noiseMb: number
  /** What the whole time adds up to by the slope, MB. */
  readonly growthMb: number
  readonly isBounded: boolean
}

/** Code is compiled and tables reach their size in this time; it is not judged. */
const WARM_UP_HOURS = 1
/** Growth over the whole soak that counts as none, MB: less than a kilobyte for each trade of a day. */
const GROWTH_MAX_MB = 4

/** The promises of the journal a soak has written. */
export function promisesOf(path: string): readonly Finding[] {
  return checkJournal(readJournal(path))
}

/** Null when the soak was too short for a line. */
export function judgeHeap({ samples, venueMb }: Pick<Soaked, 'samples' | 'venueMb'>): HeapVerdict | null {
  const judged = samples.filter(({ hour }) => hour > WARM_UP_HOURS)
  const last = samples.at(-1)
  if (judged.length < 3 || last === undefined) return null
  const mbPerOrder = venueMb / Math.max(1, last.orders)
  const own = judged.map(({ hour, heapMb, orders }) => ({ hour, mb: heapMb - orders * mbPerOrder }))
  const { slope, noise } = lineThrough(own)
  const growthMb = slope * (own.at(-1)!.hour - own[0]!.hour)
  return {
    bytesPerOrder: mbPerOrder * 1e6,
    slopeMbPerHour: slope,
    noiseMb: noise,
    growthMb,
    isBounded: growthMb <= GROWTH_MAX_MB,
  }
}

function lineThrough(points: readonly { readonly hour: number; readonly mb: number }[]) {
  const mean = (of: (point: { readonly hour: number; readonly mb: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [hour, mb] = [mean((point) => point.hour), mean((point) => point.mb)]
  const slope = mean((point) => (point.hour - hour) * (point.mb - mb)) / mean((point) => (point.hour - hour) ** 2)
  const distances = points.map((point) => Math.abs(point.mb - mb - slope * (point.hour - hour)))
  return { slope, noise: Math.max(...distances) }
}

export function sampleText({ hour, heapMb, orders }: HeapSample): string {
  return `hour ${String(hour).padStart(3)}  heap ${heapMb.toFixed(1).padStart(7)} MB  orders ${String(orders).padStart(7)}`
}
