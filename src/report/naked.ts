/**
 * The run's ledger of naked exposure as the page shows it: the venue's books, and our own beside them.
 *
 *   USD  ▁▁▂▇▂▁▁▁▁▁▃▁▁▁   filled: by the venue's books
 *        ▔▔▔▔┗┛▔▔▔▔▔▔▔▔   line: what our own said at that time
 *        └── the run ──┘   a column is a short while; it shows the most that was naked in it
 */
import { type Books, venueMsOfEnd } from '../journal/checks/books.ts'
import { type NakedStep, nakedTogether, type TradeLedger, togetherOf, venueAheadMs } from '../journal/checks/ledger.ts'
import { showUs, showUsd, showUsdMs } from './format.ts'
import { html, type Markup } from './markup.ts'

/** All trades together, each counted without its sign. */
export interface NakedSide {
  readonly largestUsd: number
  /** The longest time in which at least one trade was naked. */
  readonly longestUs: number
  readonly areaUsdMs: number
  /** The most within each column, USD. */
  readonly columns: readonly number[]
}

export interface RunNaked {
  /** By the venue's books; null when they were never asked. */
  readonly venue: NakedSide | null
  readonly believed: NakedSide
  /** Trades whose two sides differ, and nothing under way explains it. */
  readonly tradesApart: number
  readonly spanUs: number
}

const COLUMNS = 240

/** Null when no trade was ever naked in either book. */
export function runNaked(books: Books, ledger: readonly TradeLedger[], isAsked: boolean): RunNaked | null {
  const endMs = venueMsOfEnd(books)
  const startMs = books.venueMs(books.started.at)
  const spanMs = endMs - startMs
  const aheadMs = venueAheadMs(books)
  const side = (changes: 'venue' | 'believed', exposure: 'naked' | 'believedNaked'): NakedSide => {
    const steps = nakedTogether(ledger.map((entry) => entry[changes]))
    const { largestUsd, longestMs } = togetherOf(steps, endMs)
    const areaUsdMs = ledger.reduce((sum, entry) => sum + entry[exposure].areaUsdMs, 0)
    const fromMs = changes === 'venue' ? startMs + aheadMs : startMs
    return { largestUsd, longestUs: longestMs * 1000, areaUsdMs, columns: columnsOf(steps, fromMs, fromMs + spanMs) }
  }
  const venue = isAsked ? side('venue', 'naked') : null
  const believed = side('believed', 'believedNaked')
  if ((venue?.largestUsd ?? 0) === 0 && believed.largestUsd === 0) return null
  const tradesApart = isAsked ? ledger.filter(({ apart }) => apart.largestLots > 0).length : 0
  return { venue, believed, tradesApart, spanUs: spanMs * 1000 }
}

/** The most within each column: what was naked for a moment only is seen as well as what lasted. */
function columnsOf(steps: readonly NakedStep[], startMs: number, endMs: number): number[] {
  const columns = new Array<number>(COLUMNS).fill(0)
  const width = Math.max(endMs - startMs, 1) / COLUMNS
  const columnAt = (ms: number): number => Math.min(Math.max(Math.floor((ms - startMs) / width), 0), COLUMNS - 1)
  for (const [i, { atMs, usd }] of steps.entries()) {
    if (usd === 0) continue
    const last = columnAt(steps[i + 1]?.atMs ?? endMs)
    for (let column = columnAt(atMs); column <= last; column += 1) columns[column] = Math.max(columns[column]!, usd)
  }
  return columns.map((usd) => Math.round(usd * 100) / 100)
}

const WIDTH = 900
const HEIGHT = 92
const LEFT = 70
const BASE = 74
const TOP = 10

export function nakedPart(naked: RunNaked | null): Markup | null {
  if (naked === null) return null
  const { venue, believed, tradesApart } = naked
  const rows = [
    ...(venue === null ? [] : [rowOf("by the venue's books", venue)]),
    rowOf('by our own books, as they stood then', believed),
  ]
  const apart =
    tradesApart === 0
      ? html`<p class="note">${venue === null ? "The venue's books were not asked." : 'Between the two there is nothing but facts under way.'}</p>`
      : html`<p class="failed">${tradesApart} trades in which the two differ, and nothing under way explains it.</p>`
  return html`<h3>Naked exposure, all trades together</h3>
<div class="wide"><table class="pairs"><thead><tr><th></th><th scope="col" class="num">at most</th><th scope="col" class="num">longest stretch</th><th scope="col" class="num">area</th></tr></thead><tbody>${rows}</tbody></table></div>
${nakedSvg(naked)}${apart}`
}

function rowOf(what: string, side: NakedSide): Markup {
  return html`<tr><th scope="row">${what}</th><td class="num">${showUsd(side.largestUsd)}</td><td class="num">${showUs(side.longestUs)}</td><td class="num">${showUsdMs(side.areaUsdMs)}</td></tr>`
}

function nakedSvg({ venue, believed, spanUs }: RunNaked): Markup {
  const most = Math.max(venue?.largestUsd ?? 0, believed.largestUsd)
  const width = (WIDTH - LEFT) / COLUMNS
  const x = (column: number): string => (LEFT + column * width).toFixed(1)
  const y = (usd: number): string => (BASE - (usd / most) * (BASE - TOP)).toFixed(1)
  const outline = (columns: readonly number[]): string =>
    columns.map((usd, column) => `V${y(usd)}H${x(column + 1)}`).join('')
  const words = `Naked exposure over ${showUs(spanUs)}: at most ${showUsd(venue?.largestUsd ?? null)} by the venue, ${showUsd(believed.largestUsd)} by our own books`
  return html`<svg class="naked" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words}">
<line class="zero" x1="${LEFT}" x2="${WIDTH}" y1="${BASE}" y2="${BASE}"/>
${venue === null ? null : html`<path class="net" d="M${LEFT} ${BASE}${outline(venue.columns)}V${BASE}Z"><title>by the venue's books</title></path>`}
<path class="believed" d="M${LEFT} ${BASE}${outline(believed.columns)}"><title>by our own books</title></path>
<text x="${LEFT - 6}" y="${TOP + 4}" text-anchor="end">${showUsd(most)}</text><text x="${LEFT - 6}" y="${BASE + 3}" text-anchor="end">0</text>
<text x="${LEFT}" y="${HEIGHT - 4}">0</text><text x="${WIDTH}" y="${HEIGHT - 4}" text-anchor="end">${showUs(spanUs)}</text></svg>
<p class="note legend"><span class="key net-key"></span> by the venue's books <span class="key believed-key"></span> by our own books; each column shows the most of ${showUs(spanUs / COLUMNS)}</p>`
}
