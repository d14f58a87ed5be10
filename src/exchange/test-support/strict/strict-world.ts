/**
 * The calm world, busier: more changes and trades than on any quiet day, limits nobody meets, three accounts of which one
 * is a demo account, and funding every minute.
 */
import { readFileSync } from 'node:fs'
import { parseWorld, type World } from '../../world.ts'

export function strictWorld(seed: string): World {
  const url = new URL('../../../../fixtures/worlds/calm.json', import.meta.url)
  const calm = JSON.parse(readFileSync(url, 'utf8')) as { instruments: { market: object }[]; accounts: object[] }
  const [first, second] = calm.accounts
  const third = {
    accountId: '1000003',
    apiKey: 'exampleKeyDemo00001',
    apiSecret: 'exampleSecretDemo0000000000000000001',
    usdt: '50000',
    positionMode: 3,
    environment: 'demo',
  }
  return parseWorld({
    ...calm,
    name: 'strict',
    seed,
    instruments: calm.instruments.map((each) => ({
      ...each,
      fundingIntervalMinutes: 1,
      market: { ...each.market, updatesPerSecond: 200, tradeShare: 0.3, priceShare: 0.1 },
    })),
    accounts: [first, { ...second, positionMode: 3 }, third],
    limits: Object.fromEntries(
      ['create', 'amend', 'cancel', 'cancelAll', 'createBatch', 'amendBatch', 'cancelBatch', 'read', 'settings', 'rare']
        .concat('transactionLog', 'applyMoney')
        .map((name) => [name, 1_000]),
    ),
    ipCallsPer5s: 1_000_000,
    connections: { newPer5Min: 100_000 },
    tradeSocket: { perAddress: 100_000, perSession: 100_000 },
  })
}
