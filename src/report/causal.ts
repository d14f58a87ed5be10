/**
 * One trade, step by step: what was sent, heard, asked and decided, what the venue did and what the wire did to it, each leg
 * in a column of its own. The same steps as the text timeline of a schedule (journal/timeline.ts).
 */
import type { Run, RunTrade } from '../journal/run.ts'
import { type TimelineEntry, timelineOf } from '../journal/timeline.ts'
import { digits } from './format.ts'
import { html, type Markup } from './markup.ts'

/** Times are µs since the trade began. */
export interface CausalStep {
  readonly atUs: number
  readonly who: TimelineEntry['who']
  readonly leg: TimelineEntry['leg']
  readonly what: string
}

export interface Causal {
  readonly steps: readonly CausalStep[]
  readonly stepsTotal: number
}

const STEPS_SHOWN = 80

/** What names the trade or one of its orders, and what befell the streams and the run while it lasted. */
export function causalOf(run: Run, trade: RunTrade): Causal {
  const own = new Set(trade.orders.map((order) => order.clientId))
  const startUs = trade.planned?.at ?? trade.firstUs
  const endUs = Math.max(trade.lastUs, trade.flat?.at ?? 0)
  const events = run.events.filter(({ at, data }) => {
    if ('clientId' in data && data.clientId !== null) return own.has(data.clientId)
    return 'tradeId' in data ? data.tradeId === trade.tradeId : at >= startUs && at <= endUs
  })
  const ours = <T extends { readonly clientId: string }>(rows: readonly T[]): T[] =>
    rows.filter(({ clientId }) => own.has(clientId))
  const truth = run.truth && {
    ...run.truth,
    data: {
      ...run.truth.data,
      orders: ours(run.truth.data.orders),
      executions: ours(run.truth.data.executions),
    },
  }
  const steps = timelineOf({ ...run, events, truth }).map(({ atMs, ...step }) => ({
    atUs: Math.round(atMs * 1000 - startUs),
    ...step,
  }))
  return { steps: steps.slice(0, STEPS_SHOWN), stepsTotal: steps.length }
}

export function causalPart({ steps, stepsTotal }: Causal): Markup | null {
  if (steps.length === 0) return null
  const cut = stepsTotal - steps.length
  return html`<details class="evidence"><summary>step by step</summary><div class="wide"><table class="causal"><thead><tr><th scope="col" class="num">ms</th><th scope="col">who</th><th scope="col">long leg</th><th scope="col">short leg</th></tr></thead><tbody>${steps.map(stepRow)}</tbody></table></div>${cut > 0 ? html`<p class="note">Showing ${steps.length} of ${stepsTotal} steps.</p>` : null}</details>`
}

function stepRow({ atUs, who, leg, what }: CausalStep): Markup {
  const cells =
    leg === null
      ? html`<td colspan="2">${what}</td>`
      : leg === 'long'
        ? html`<td>${what}</td><td></td>`
        : html`<td></td><td>${what}</td>`
  return html`<tr class="${who}"><td class="num">${digits(atUs / 1000, 3)}</td><td>${who}</td>${cells}</tr>`
}
