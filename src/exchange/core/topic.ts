/**
 * A public topic somebody listens to: woken by the book, it speaks in its own slots.
 */
import type { Source } from './agenda.ts'
import type { Feed } from './model.ts'

export type Frame = Readonly<Record<string, unknown>>

export interface TopicFeed extends Source, Feed {
  /** What a new subscriber gets first. */
  snapshot(nowMs: number): readonly Frame[]
}

/** When a topic may speak of something that happened at `atMs`. */
export function nextSlot(atMs: number, lastSentMs: number, intervalMs: number): number {
  return Math.max(atMs, lastSentMs + intervalMs)
}
