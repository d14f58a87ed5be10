/**
 * Net exposure over time, from executions.
 *
 *   net lots   bought − sold
 *      │   ┌───┐
 *      │   │   │  area = Σ |net| USD × ms
 *    0 ┼───┘   └────────► venue ms
 *          └stretch┘
 *
 * The venue's clock has whole milliseconds: what happens within one is taken as one change.
 */

export interface Change {
  readonly atMs: number
  readonly signedLots: number
  /** Worth of one lot at this execution's price. */
  readonly lotUsd: number
}

export interface Exposure {
  readonly largestLots: number
  readonly largestUsd: number
  /** Longest time without a zero in between. An exposure that never ends counts up to `endMs`. */
  readonly longestMs: number
  readonly areaUsdMs: number
  readonly endLots: number
  readonly endUsd: number
}

/** Follows the net of `changes`, which are in the order of time, up to `endMs`. */
export function exposureOf(changes: readonly Change[], endMs: number): Exposure {
  const most = { largestLots: 0, largestUsd: 0, longestMs: 0, areaUsdMs: 0 }
  let net = 0
  let usd = 0
  let sinceMs = 0
  let lastMs = 0
  for (let i = 0; i < changes.length; ) {
    const atMs = changes[i]!.atMs
    most.areaUsdMs += usd * (atMs - lastMs)
    const before = net
    let lotUsd = 0
    for (; i < changes.length && changes[i]!.atMs === atMs; i += 1) {
      net += changes[i]!.signedLots
      lotUsd = changes[i]!.lotUsd
    }
    if (before === 0 && net !== 0) sinceMs = atMs
    if (before !== 0) most.longestMs = Math.max(most.longestMs, atMs - sinceMs)
    usd = Math.abs(net) * lotUsd
    lastMs = atMs
    most.largestLots = Math.max(most.largestLots, Math.abs(net))
    most.largestUsd = Math.max(most.largestUsd, usd)
  }
  if (net !== 0) {
    most.longestMs = Math.max(most.longestMs, endMs - sinceMs)
    most.areaUsdMs += usd * Math.max(0, endMs - lastMs)
  }
  return { ...most, endLots: net, endUsd: usd }
}

/** The first moment at or after `fromMs` at which the net is zero; null when it never is. */
export function firstZeroFrom(changes: readonly Pick<Change, 'atMs' | 'signedLots'>[], fromMs: number): number | null {
  let net = 0
  for (let i = 0; i < changes.length; ) {
    const atMs = changes[i]!.atMs
    if (net === 0 && atMs > fromMs) return fromMs
    for (; i < changes.length && changes[i]!.atMs === atMs; i += 1) net += changes[i]!.signedLots
    if (net === 0 && atMs >= fromMs) return atMs
  }
  return net === 0 ? fromMs : null
}
