/**
 * What the explorer found in random schedules, in a few numbers.
 */
import { showCount } from './format.ts'
import { html, type Markup } from './markup.ts'

/** One exploration as the test or command that ran it leaves it. Plain JSON. */
export interface Exploration {
  readonly seed: string
  /** Schedules played. */
  readonly runs: number
  /** Schedules a minute of processor time. */
  readonly perMinute: number
  /** What broke, one sentence each; none in a good one. */
  readonly violations: readonly string[]
}

const VIOLATIONS_SHOWN = 20

/** Nothing when no schedules were explored in this run. */
export function explorationPart(explorations: readonly Exploration[]): Markup | null {
  if (explorations.length === 0) return null
  return html`<section aria-labelledby="exploration"><h2 id="exploration">Random schedules, explored</h2>
<div class="wide"><table><thead><tr><th scope="col">seed</th><th scope="col" class="num">schedules</th><th scope="col" class="num">a minute of one core</th><th scope="col">violations</th></tr></thead><tbody>${explorations.map(rowOf)}</tbody></table></div></section>`
}

function rowOf({ seed, runs, perMinute, violations }: Exploration): Markup {
  const more = violations.length - VIOLATIONS_SHOWN
  const said = violations.length === 0 ? 'none' : violations.slice(0, VIOLATIONS_SHOWN).join('; ')
  return html`<tr class="${violations.length === 0 ? '' : 'failed'}"><th scope="row"><code>${seed}</code></th><td class="num">${showCount(runs)}</td><td class="num">${showCount(Math.round(perMinute))}</td><td>${said}${more > 0 ? ` … and ${more} more` : ''}</td></tr>`
}
