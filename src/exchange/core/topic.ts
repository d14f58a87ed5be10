/**
 * A public topic somebody listens to: woken by the market, it speaks in its own slots.
 *
 *   book or trade ─► next slot of the topic ─► frame, or nothing
 */
import type { Source } from './agenda.ts'
import type { Feed, Listing, Venue } from './model.ts'

export type Frame = Readonly<Record<string, unknown>>

export interface TopicFeed extends Source, Feed {
  /** What a new subscriber gets first. */
  snapshot(nowMs: number): readonly Frame[]
  /** The service behind the topic was restarted: what it says next stands for itself. */
  restart(nowMs: number): void
}

/** What a feed needs to know to be made. */
export interface TopicTerms {
  readonly venue: Venue
  readonly listing: Listing
  readonly topic: string
  /** Which of the feeds that are due at one moment speaks first. */
  readonly rank: number
}

/** When a topic may speak of something that happened at `atMs`. */
export function nextSlot(atMs: number, lastSentMs: number, intervalMs: number): number {
  return Math.max(atMs, lastSentMs + intervalMs)
}

export function say({ venue, topic }: TopicTerms, frame: Frame): void {
  venue.pushes.push({ kind: 'public', topic, frame })
}
