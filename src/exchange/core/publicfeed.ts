/**
 * Public topics by name (facts §6.3–6.5): what there is to subscribe to.
 *
 *   orderbook.{1|50|200|1000}.S   tickers.S   publicTrade.S   priceLimit.S   kline.{interval}.S   allLiquidation.S
 */
import { INTERVALS, isInterval } from './candles.ts'
import { createDepthFeed, isDepth } from './depthfeed.ts'
import { createKlineFeed } from './klinefeed.ts'
import { createLiquidationFeed } from './liquidationfeed.ts'
import type { Listing, Venue } from './model.ts'
import { createPriceLimitFeed } from './pricelimitfeed.ts'
import { createTickerFeed } from './ticker.ts'
import type { TopicFeed, TopicTerms } from './topic.ts'
import { createTradeFeed } from './tradefeed.ts'

/** After everything that makes the market; then by listing, then by topic. */
const FIRST_RANK = 1_000_000

/** The feed of a topic, or null when there is no such topic. */
export function createFeed(
  venue: Venue,
  topic: string,
): { readonly feed: TopicFeed; readonly listing: Listing } | null {
  const words = topic.split('.')
  const listing = venue.bySymbol.get(words.at(-1) ?? '')
  if (listing === undefined) return null
  const rank = FIRST_RANK + listing.index * 100
  const feed = feedOf({ venue, listing, topic, rank }, words)
  return feed === null ? null : { feed, listing }
}

function feedOf(terms: TopicTerms, words: readonly string[]): TopicFeed | null {
  const [kind, middle = ''] = words
  if (words.length === 3) {
    if (kind === 'orderbook' && isDepth(middle)) {
      return createDepthFeed({ ...terms, rank: terms.rank + Math.log10(Number(middle)) }, Number(middle))
    }
    if (kind === 'kline' && isInterval(middle)) {
      return createKlineFeed({ ...terms, rank: terms.rank + 10 + INTERVALS.indexOf(middle) }, middle)
    }
    return null
  }
  if (words.length !== 2) return null
  switch (kind) {
    case 'tickers':
      return createTickerFeed({ ...terms, rank: terms.rank + 5 })
    case 'publicTrade':
      return createTradeFeed({ ...terms, rank: terms.rank + 6 })
    case 'priceLimit':
      return createPriceLimitFeed({ ...terms, rank: terms.rank + 7 })
    case 'allLiquidation':
      return createLiquidationFeed({ ...terms, rank: terms.rank + 8 })
    default:
      return null
  }
}
