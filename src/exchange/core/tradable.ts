/**
 * Whether a symbol can be traded at all, and whether a position that is being liquidated can be touched.
 *
 *   Trading       everything          Delivering   what reduces; else 30228        Closed      110074
 *   ReduceOnly    what reduces; else 110023                                        PreLaunch   110074
 *
 * Source: facts §5 and §8.2; texts of Bybit's error page, 30228 as seen.
 */
import type { Answer, Holding } from './model.ts'
import { refuse } from './model.ts'

const NOT_LIVE = refuse(110074, 'This contract is not live')
const DELISTING = refuse(30228, 'No new positions during delisting.')
const REDUCE_ONLY = refuse(
  110023,
  'Currently you can only reduce your position on this contract. please check our announcement or contact customer service for details.',
)
const LIQUIDATING = refuse(110005, 'position status error')

/** Why an order may not be placed or changed now; null when it may. */
export function tradingProblem({ listing, account }: Holding, isOpening: boolean): Answer | null {
  const { status } = listing
  if (status === 'PreLaunch' || status === 'Closed') return NOT_LIVE
  if (isOpening && status === 'ReduceOnly') return REDUCE_ONLY
  if (isOpening && status === 'Delivering') return DELISTING
  for (const position of account.live) if (position.isLiq) return LIQUIDATING
  return null
}
