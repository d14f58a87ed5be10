/**
 * One trade on one time axis: a row per order, and under them what was naked.
 *
 *   long entry   ├▒▒▒▇▇▇│▇▇●           ▒ sent, not yet acknowledged   ● fill
 *   short entry  ├▒▒▒▒▒✖ refused                    ┊ fault, failure, closing
 *   long unwind           ├▒▒▇●
 *   net          ──▁▁▁████████▁───     long minus short, in lots: filled by the venue, a line by our own books
 */
import { type TimeAxis, timeAxis } from './axis.ts'
import { showUs, showUsd } from './format.ts'
import { html, type Markup } from './markup.ts'
import type { OrderOutcome, OrderRecord } from './orders.ts'
import type { TradeRecord } from './trades.ts'

const WIDTH = 900
const LEFT = 118
const RIGHT = 16
const ROW = 22
const NET = 46
const HEAD = 20
/** Rows drawn; a trade with more orders says so. */
const ORDERS_SHOWN = 16

/** `boundMs`: how long exposure may be naked (P1), for the words. */
export function timelineSvg(trade: TradeRecord, boundMs: number): Markup {
  const orders = trade.orders.slice(0, ORDERS_SHOWN)
  const axis = timeAxis(momentsOf(trade), LEFT, WIDTH - RIGHT)
  const netTop = HEAD + orders.length * ROW + 10
  const height = netTop + NET + 30
  return html`<svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${words(trade, boundMs)}">
${axis.folds.map((fold) => foldMark(axis, fold, netTop + NET))}
${orders.map((order, index) => orderRow(order, index, axis, trade.endUs))}
${netArea(trade, axis, netTop, boundMs)}
${trade.marks.map((mark) => markLine(mark, axis, netTop + NET))}
${ruler(trade, axis, height)}
</svg>${trade.orders.length > orders.length ? html`<p class="note">Showing ${orders.length} of ${trade.orders.length} orders.</p>` : null}`
}

function momentsOf(trade: TradeRecord): number[] {
  const ofOrders = trade.orders.flatMap((order) => [
    order.sentUs,
    ...(order.acknowledgedUs === null ? [] : [order.acknowledgedUs]),
    ...(order.endedUs === null ? [] : [order.endedUs]),
    ...order.fills.map((fill) => fill.atUs),
  ])
  return [0, trade.endUs, ...ofOrders, ...trade.marks.map((mark) => mark.atUs)]
}

function words(trade: TradeRecord, boundMs: number): string {
  const orders = trade.orders.map((order) => `${order.leg} ${order.purpose} ${order.outcome}`).join(', ')
  return `Trade ${trade.tradeId}: ${orders}. Naked at most ${trade.nakedMostLots} lots, longest ${showUs(trade.nakedLongestUs)} of ${boundMs} ms allowed. Ends ${trade.status}.`
}

const OUTCOME_MARK: Readonly<Record<OrderOutcome, string>> = {
  filled: '',
  'part filled': 'part filled',
  ended: 'ended, nothing filled',
  refused: '✖ refused',
  absent: '∅ absent',
  unknown: '? unknown',
  open: 'open',
}

function orderRow(order: OrderRecord, index: number, axis: TimeAxis, endUs: number): Markup {
  const y = HEAD + index * ROW
  const from = axis.at(order.sentUs)
  const to = Math.max(axis.at(order.endedUs ?? endUs), from + 3)
  const acknowledged = order.acknowledgedUs === null ? to : Math.min(Math.max(axis.at(order.acknowledgedUs), from), to)
  const price = order.priceTicks === null ? 'market' : `at ${order.priceTicks} ticks`
  const story = [`${order.clientId}: ${order.side} ${order.lots} lots ${price}`, ...order.notes].join('; ')
  const mark = OUTCOME_MARK[order.outcome]
  const beside = to + 90 < WIDTH ? { x: to + 6, anchor: 'start' } : { x: from - 6, anchor: 'end' }
  return html`<g class="order ${order.leg} ${order.outcome.replace(' ', '-')}"><title>${story}</title>
<text class="lane" x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${order.leg} ${order.purpose}</text>
<rect class="waiting" x="${from.toFixed(1)}" y="${y + 5}" width="${Math.max(acknowledged - from, 2).toFixed(1)}" height="10"/>
<rect class="live" x="${acknowledged.toFixed(1)}" y="${y + 3}" width="${Math.max(to - acknowledged, 1).toFixed(1)}" height="14" rx="2"/>
${order.fills.map((fill) => html`<circle class="fill" cx="${axis.at(fill.atUs).toFixed(1)}" cy="${y + 10}" r="3.2"><title>filled ${fill.lots} at ${fill.priceTicks} ticks, known by ${fill.from}, ${showUs(fill.atUs)}</title></circle>`)}
${mark === '' ? null : html`<text class="outcome" x="${beside.x.toFixed(1)}" y="${y + 14}" text-anchor="${beside.anchor}">${mark}</text>`}</g>`
}

function netArea(trade: TradeRecord, axis: TimeAxis, top: number, boundMs: number): Markup {
  const steps = [...trade.exposure, ...trade.believed]
  const most = Math.max(1, ...steps.map((step) => Math.abs(step.netLots)))
  const middle = top + NET / 2
  const y = (lots: number): string => (middle - (lots / most) * (NET / 2 - 4)).toFixed(1)
  const outline = (list: TradeRecord['exposure']): string => {
    const moves = list.map((step) => `H${axis.at(step.atUs).toFixed(1)}V${y(step.netLots)}`)
    return `M${axis.at(0).toFixed(1)} ${y(0)}${moves.join('')}H${axis.at(trade.endUs).toFixed(1)}`
  }
  const beyond = trade.nakedLongestUs > boundMs * 1000 || (trade.exposure.at(-1)?.netLots ?? 0) !== 0
  return html`<text class="lane" x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">net exposure</text>
<line class="zero" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${middle}" y2="${middle}"/>
<path class="net${beyond ? ' beyond' : ''}" d="${outline(trade.exposure)}V${y(0)}Z"><title>long minus short, by the venue: at most ${trade.nakedMostLots} lots (${showUsd(trade.nakedMostUsd)}), longest ${showUs(trade.nakedLongestUs)}</title></path>
<path class="believed" d="${outline(trade.believed)}"><title>long minus short, by our own books at that time</title></path>`
}

function markLine(mark: TradeRecord['marks'][number], axis: TimeAxis, bottom: number): Markup {
  const x = axis.at(mark.atUs).toFixed(1)
  return html`<g class="mark ${mark.kind}"><title>${mark.text}, ${showUs(mark.atUs)}</title><line x1="${x}" x2="${x}" y1="${HEAD - 6}" y2="${bottom}"/><text x="${x}" y="${HEAD - 8}" text-anchor="middle">${MARK_SIGN[mark.kind]}</text></g>`
}

const MARK_SIGN = { fault: '⚡', failed: '✖', closing: '⏏', halted: '■' } as const

function foldMark(axis: TimeAxis, fold: { fromUs: number; toUs: number }, bottom: number): Markup {
  const from = axis.at(fold.fromUs)
  const to = axis.at(fold.toUs)
  return html`<g class="fold"><rect x="${from.toFixed(1)}" y="${HEAD - 4}" width="${(to - from).toFixed(1)}" height="${bottom - HEAD + 4}"/><text x="${((from + to) / 2).toFixed(1)}" y="${bottom + 12}" text-anchor="middle">≈ ${showUs(fold.toUs - fold.fromUs)}</text></g>`
}

/** The beginning, the end and every change of exposure that has room for its words. */
function ruler(trade: TradeRecord, axis: TimeAxis, height: number): Markup {
  const moments = [0, ...trade.exposure.map((step) => step.atUs), trade.endUs]
  const taken = axis.folds.map((fold) => (axis.at(fold.fromUs) + axis.at(fold.toUs)) / 2)
  const shown = [...new Set(moments)].filter((us) => {
    const x = axis.at(us)
    const free = taken.every((other) => Math.abs(other - x) > 58)
    if (free) taken.push(x)
    return free
  })
  const words = (us: number): string => {
    const fold = axis.folds.findLast((one) => one.toUs <= us)
    return fold === undefined ? showUs(us) : `+${showUs(us - fold.toUs)}`
  }
  const anchor = (us: number): string => {
    const x = axis.at(us)
    return x < LEFT + 30 ? 'start' : x > WIDTH - RIGHT - 30 ? 'end' : 'middle'
  }
  return html`<g class="ruler">${shown.map((us) => html`<text x="${axis.at(us).toFixed(1)}" y="${height - 18}" text-anchor="${anchor(us)}">${words(us)}</text>`)}</g>`
}
