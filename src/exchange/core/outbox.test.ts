import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBench, noLimits, OTHER, worldOf } from './test-support/bench.ts'
import type { Push } from './types.ts'

const action = fc.record({
  do: fc.constantFrom('create', 'market', 'amend', 'cancel', 'pass'),
  isOther: fc.boolean(),
  isBuy: fc.boolean(),
  which: fc.nat(20),
  ticks: fc.integer({ min: 1, max: 30 }),
  lots: fc.integer({ min: 1, max: 9 }),
})
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

test('a pushed row shows its moment, however late it is read', () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 5, maxLength: 30 }), (actions) => {
      const atOnce = played(actions, (pushes) => pushes.map(textOf))
      const late = played(actions, (pushes) => pushes)
      expect(late.flat().map(textOf)).toEqual(atOnce.flat())
    }),
    { numRuns: 30 },
  )
})

/** Plays the same session; `keep` decides when its rows are read. */
function played<T>(actions: readonly Action[], keep: (pushes: readonly Push[]) => readonly T[]): (readonly T[])[] {
  const bench = createBench(worldOf('calm', noLimits))
  const ids: string[] = []
  return actions.map((each) => {
    if (each.do === 'pass') return keep(bench.pass(500))
    const account = each.isOther ? OTHER : undefined
    const terms = { symbol: 'BTCUSDT', qty: `0.00${each.lots}` }
    const price = `${60_000 + (each.isBuy ? -each.ticks : each.ticks)}.00`
    if (each.do === 'create' || each.do === 'market') {
      const side = each.isBuy ? 'Buy' : 'Sell'
      const made = bench.order({ ...terms, side, ...(each.do === 'create' ? { price } : {}) }, account)
      ids.push((made.reply.result as { readonly orderId: string }).orderId)
      return keep(made.pushes)
    }
    const orderId = ids[each.which % Math.max(1, ids.length)] ?? 'none'
    const changed = each.do === 'amend' ? { ...terms, price } : { symbol: terms.symbol }
    return keep(bench.post(`/v5/order/${each.do}`, { ...changed, orderId }, account).pushes)
  })
}

function textOf(push: Push): string {
  return JSON.stringify(push.kind === 'private' ? { ...push, rows: push.rows } : push)
}
