/**
 * The last so many of something: a list that forgets its oldest.
 */

export interface Latest<T> {
  add(one: T): void
  /** Newest first. */
  newest(count: number): T[]
}

export function createLatest<T>(kept: number): Latest<T> {
  const items: T[] = []
  let next = 0
  return {
    add: (one) => {
      items[next] = one
      next = (next + 1) % kept
    },
    newest: (count) =>
      Array.from({ length: Math.min(count, items.length) }, (_, back) => items[(next - 1 - back + kept) % kept]!),
  }
}
