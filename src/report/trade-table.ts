/**
 * Trades, worst first: a table of all that are kept, and a timeline of the first few.
 */
import { causalPart } from './causal.ts'
import type { RunRecord } from './document.ts'
import { slug } from './document.ts'
import { showBps, showCount, showUs, showUsd, showUsdMs } from './format.ts'
import { html, type Markup } from './markup.ts'
import { TIMELINES_SHOWN } from './run.ts'
import { timelineSvg } from './timeline.ts'
import type { TradeRecord } from './trades.ts'

export function tradesPart(scenarioId: string, run: RunRecord): Markup | null {
  if (run.tradesTotal === 0) return null
  const drawn = run.trades.slice(0, TIMELINES_SHOWN)
  const anchors = new Map(drawn.map((trade) => [trade.tradeId, slug(scenarioId, 'trade', trade.tradeId)]))
  return html`<h3>Trades, worst first</h3>
<div class="wide"><table><thead><tr><th scope="col">trade</th><th scope="col">symbol</th><th scope="col" class="num">lots</th><th scope="col" class="num">hedged after</th><th scope="col" class="num">naked at most</th><th scope="col" class="num">naked for</th><th scope="col" class="num">venue P&amp;L</th><th scope="col" class="num">fees</th><th scope="col" class="num">synthetic P&amp;L</th><th scope="col" class="num">lasted</th><th scope="col">end</th></tr></thead>
<tbody>${run.trades.map((trade) => tradeRow(trade, anchors.get(trade.tradeId), run.nakedMaxMs))}</tbody></table></div>
<p class="note">Showing ${run.trades.length} of ${showCount(run.tradesTotal)} trades, ${drawn.length} of them drawn. Times on the executor's clock; exposure on the venue's, in whole milliseconds.</p>
${drawn.map((trade) => timeline(trade, anchors.get(trade.tradeId) ?? '', run.nakedMaxMs))}
${drawn.length === 0 ? null : legend()}`
}

function tradeRow(trade: TradeRecord, anchor: string | undefined, nakedMaxMs: number): Markup {
  const beyond = trade.nakedLongestUs > nakedMaxMs * 1000
  const state = trade.status === 'halted' || beyond ? 'failed' : trade.status === 'open' ? 'unknown' : ''
  const name =
    anchor === undefined
      ? html`<code>${trade.tradeId}</code>`
      : html`<a href="#${anchor}"><code>${trade.tradeId}</code></a>`
  return html`<tr class="${state}"><th scope="row">${name}</th><td class="tight">${trade.symbol}</td><td class="num">${showCount(trade.lots)}</td><td class="num">${showUs(trade.hedgedUs)}</td><td class="num">${showCount(trade.nakedMostLots)} lots<br><small>${showUsd(trade.nakedMostUsd)}</small></td><td class="num${beyond ? ' off' : ''}">${showUs(trade.nakedLongestUs)}<br><small>${showUsdMs(trade.nakedAreaUsdMs)}</small></td><td class="num">${showUsd(trade.venuePnlUsd)}</td><td class="num">${showUsd(trade.feesUsd)}</td><td class="num">${showBps(trade.syntheticPnlBps)}</td><td class="num">${showUs(trade.endUs)}</td><td>${endWords(trade)}</td></tr>`
}

function endWords(trade: TradeRecord): string {
  const because = trade.closedBecause === null ? '' : `: ${trade.closedBecause}`
  const failed = trade.failed === null ? '' : ` (entry failed: ${trade.failed})`
  return `${trade.status}${because}${failed}`
}

function timeline(trade: TradeRecord, anchor: string, nakedMaxMs: number): Markup {
  return html`<figure class="trade" id="${anchor}"><figcaption><code>${trade.tradeId}</code> ${trade.symbol}, ${showCount(trade.lots)} lots, ${endWords(trade)}. Naked at most ${showCount(trade.nakedMostLots)} lots (${showUsd(trade.nakedMostUsd)}), longest ${showUs(trade.nakedLongestUs)} of ${showUs(nakedMaxMs * 1000)} allowed, ${showUsdMs(trade.nakedAreaUsdMs)}.</figcaption>${timelineSvg(trade, nakedMaxMs)}
<details class="evidence"><summary>orders</summary><div class="wide"><table><thead><tr><th scope="col">client order id</th><th scope="col">leg</th><th scope="col">for</th><th scope="col">side</th><th scope="col" class="num">filled</th><th scope="col" class="num">sent</th><th scope="col" class="num">acknowledged after</th><th scope="col">outcome</th><th scope="col">notes</th></tr></thead><tbody>${trade.orders.map((order) => html`<tr><th scope="row"><code>${order.clientId}</code></th><td>${order.leg}</td><td>${order.purpose}${order.reduceOnly ? ' (reduce-only)' : ''}</td><td>${order.side}</td><td class="num">${order.filledLots} of ${order.lots}</td><td class="num">${showUs(order.sentUs)}</td><td class="num">${order.acknowledgedUs === null ? '–' : showUs(order.acknowledgedUs - order.sentUs)}</td><td>${order.outcome}</td><td>${order.notes.join('; ')}</td></tr>`)}</tbody></table></div></details>${trade.causal === null ? null : causalPart(trade.causal)}</figure>`
}

function legend(): Markup {
  return html`<p class="note legend"><span class="key waiting"></span> sent, not yet acknowledged <span class="key long"></span> long leg <span class="key short"></span> short leg <span class="key unknown-key"></span> outcome unknown <span class="key net-key"></span> naked by the venue's books <span class="key believed-key"></span> by our own · ● fill · ⚡ fault · ✖ entry failed · ⏏ closing · ■ halted · ≈ idle time folded, times after it count from its end</p>`
}
