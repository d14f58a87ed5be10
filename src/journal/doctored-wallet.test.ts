/**
 * A doctored wallet breaks P9 and nothing else; money that others moved breaks nothing.
 */
import { expect, test } from 'vitest'
import { broken, nothing, summaryOf, taleOf } from './test-support/doctor.ts'
import { dataOf, type TaleLine } from './test-support/story.ts'

function lastLook(tale: readonly TaleLine[]) {
  return dataOf(tale, 'wallet.compared').at(-1)!
}

/** The last comparison of the wallet, changed. */
function doctored(change: (look: ReturnType<typeof lastLook>) => void): TaleLine[] {
  const tale = taleOf(nothing)
  change(lastLook(tale))
  return tale
}

test('money that nothing explains breaks P9, whatever the run says of it', () => {
  const tale = doctored((look) => {
    look.cashUsd -= 0.01
  })
  expect(broken(tale)).toEqual(['P9 fail'])
  expect(summaryOf(tale, 'P9')).toContain('-0.01 USDT of the wallet are explained by nothing')
})

test('money that was there at the start by the baseline, and not by the look, is not explained', () => {
  const tale = taleOf(nothing)
  dataOf(tale, 'run.baseline')[0]!.cashUsd! += 5
  expect(broken(tale)).toEqual(['P9 fail'])
})

test('a run may not make its wallet add up by saying that its fills made what they did not', () => {
  const tale = doctored((look) => {
    look.cashUsd += 1
    look.ownUsd += 1
  })
  expect(broken(tale)).toEqual(['P9 fail'])
  expect(summaryOf(tale, 'P9')).toContain('our own fills are said to have made')
})

test('a fee in our books that the wallet did not pay breaks P9', () => {
  const tale = taleOf(nothing)
  dataOf(tale, 'order.filled')[0]!.feeUsd += 0.02
  expect(broken(tale)).toEqual(['P9 fail'])
})

test('a run that ends well has asked for its wallet', () => {
  const tale = taleOf(nothing).filter(({ type }) => type !== 'wallet.compared')
  expect(broken(tale)).toEqual(['P9 fail'])
  expect(summaryOf(tale, 'P9')).toContain("the venue's wallet was never asked")
})

test('a journal that says nothing of money is judged without', () => {
  const tale = taleOf(nothing).filter(({ type }) => type !== 'wallet.compared')
  delete dataOf(tale, 'run.baseline')[0]!.cashUsd
  expect(broken(tale)).toEqual([])
})

test('funding and what others moved are named, and break nothing', () => {
  const tale = doctored((look) => {
    look.cashUsd += 70 - 0.3
    look.fundingUsd = -0.3
    look.others = [{ type: 'TRANSFER_IN', symbol: '', usd: 70, changes: 1 }]
  })
  expect(broken(tale)).toEqual([])
  expect(summaryOf(tale, 'P9')).toContain('not ours, in the wallet: 70 USDT (TRANSFER_IN)')
})

test('in a shared symbol our part is what the venue says of it', () => {
  const tale = doctored((look) => {
    look.cashUsd += 1
    look.ownUsd += 1
    look.shared = ['BTCUSDT']
  })
  expect(broken(tale)).toEqual([])
})

test('a difference that the orders under way may have made is none, and one beyond them is', () => {
  const under = (aboveLots: number): TaleLine[] => {
    const tale = taleOf(nothing)
    const look = dataOf(tale, 'books.compared')[0]!
    look.venue.push({ symbol: 'BTCUSDT', idx: 1, side: 'buy', lots: 3 })
    look.underWay = [{ symbol: 'BTCUSDT', idx: 1, belowLots: 0, aboveLots }]
    return tale
  }
  expect(broken(under(3))).toEqual([])
  expect(broken(under(2))).toEqual(['P9 fail'])
})
