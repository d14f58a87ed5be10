/**
 * A time axis for a trade: milliseconds of entry, seconds of holding, milliseconds of exit.
 *
 *   ├──┼─┼───┤ ≈ 9.8 s ≈ ├──┼──┤      idle stretches that would crush the rest are folded to a fixed width
 */

export interface Fold {
  readonly fromUs: number
  readonly toUs: number
}

export interface TimeAxis {
  /** Position of a moment. Moments outside are put at the ends. */
  at(us: number): number
  readonly folds: readonly Fold[]
}

const FOLD_PX = 46
const FOLDS_MAX = 3
const FOLD_SHARE = 0.7

/**
 * Maps the moments onto [left, right]. A gap between two neighbouring moments is folded while it takes more than
 * seven tenths of what is drawn to scale. The picture says so at every fold, with its length.
 */
export function timeAxis(moments: readonly number[], left: number, right: number): TimeAxis {
  const sorted = [...new Set(moments)].toSorted((a, b) => a - b)
  const first = sorted[0] ?? 0
  const last = Math.max(sorted.at(-1) ?? 1, first + 1)
  const folds = foldsOf(sorted, last - first)
  const drawnUs = Math.max(last - first - folds.reduce((sum, fold) => sum + fold.toUs - fold.fromUs, 0), 1)
  const perUs = (right - left - folds.length * FOLD_PX) / drawnUs
  const at = (us: number): number => {
    const moment = Math.min(Math.max(us, first), last)
    let px = left
    let fromUs = first
    for (const fold of folds) {
      if (moment <= fold.fromUs) break
      px += (fold.fromUs - fromUs) * perUs
      const inside = Math.min((moment - fold.fromUs) / (fold.toUs - fold.fromUs), 1)
      px += inside * FOLD_PX
      fromUs = fold.toUs
    }
    return px + Math.max(moment - fromUs, 0) * perUs
  }
  return { at, folds }
}

function foldsOf(sorted: readonly number[], spanUs: number): Fold[] {
  const gaps = sorted
    .slice(1)
    .map((toUs, index) => ({ fromUs: sorted[index] ?? 0, toUs }))
    .toSorted((a, b) => b.toUs - b.fromUs - (a.toUs - a.fromUs))
  const folds: Fold[] = []
  let drawnUs = spanUs
  for (const gap of gaps.slice(0, FOLDS_MAX)) {
    const length = gap.toUs - gap.fromUs
    if (sorted.length <= 3 || length < drawnUs * FOLD_SHARE) break
    folds.push(gap)
    drawnUs -= length
  }
  return folds.toSorted((a, b) => a.fromUs - b.fromUs)
}
