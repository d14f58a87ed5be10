/**
 * How late things are: private frames by topic, matching by chance.
 *
 *   fill at 100 ─► execution + 5 ms ─► leaves at 105        wallet frames may overtake order frames and the like:
 *              └─► order    + 40 ms ─► leaves at 140        topics are late independently (facts §7.6)
 *
 * Within one topic of one account frames keep their order, whatever the jitter. Jitter comes from the world's seed, from
 * a generator of its own: a world without jitter draws nothing.
 */
import type { Random } from '../../seams/random.ts'
import type { World } from '../world.ts'
import type { PrivateTopic } from './types.ts'

export interface Delays {
  /** When a frame that is made now leaves, ms. */
  frameDueMs(accountId: string, topic: PrivateTopic, nowMs: number): number
  /** How much later than its side's delay an order meets the book, ms. */
  matchJitterMs(): number
}

export function createDelays(
  world: Pick<World, 'streamDelayMs' | 'streamDelays' | 'streamJitterMs' | 'matching'>,
  random: Random,
): Delays {
  const ofTopics = random.fork('streams')
  const ofMatching = random.fork('matching')
  const { streamJitterMs } = world
  const matchJitterMs = world.matching.jitterMs
  const latest = new Map<string, number>()
  return {
    frameDueMs: (accountId, topic, nowMs) => {
      const dueMs = nowMs + (world.streamDelays[topic] ?? world.streamDelayMs)
      if (streamJitterMs === 0) return dueMs
      const key = `${topic}/${accountId}`
      const lateMs = Math.max(latest.get(key) ?? 0, dueMs + ofTopics.next() * streamJitterMs)
      latest.set(key, lateMs)
      return lateMs
    },
    matchJitterMs: () => (matchJitterMs === 0 ? 0 : ofMatching.next() * matchJitterMs),
  }
}
