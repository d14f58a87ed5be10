/**
 * The wallet of whole runs: the venue's own cash against our books, with funding, and with others in the account.
 */
import { expect, test } from 'vitest'
import { openReader } from '../execution/reader.ts'
import { known } from '../execution/reconcile.ts'
import { linesOf, type Run } from '../journal/run.ts'
import type { CashChange } from '../venue/gateway.ts'
import { READ_RECV_WINDOW_MS } from '../venue/paging.ts'
import { signRest } from '../venue/sign.ts'
import { judge, openRun, play, simulate } from './simulate.ts'
import type { Stage } from './stage.ts'
import { broken, schedule } from './test-support/schedules.ts'

function lastLook(run: Run) {
  return linesOf(run, 'wallet.compared').at(-1)!.data
}

test('a run that traded knows to the cent what it made, and the venue says the same', async () => {
  const { run, findings, result } = await simulate(schedule())
  expect(result.exitCode).toBe(0)
  const { ownUsd, cashUsd, startUsd, unexplainedUsd } = lastLook(run)
  expect(ownUsd).not.toBe(0)
  expect(cashUsd - startUsd).toBeCloseTo(ownUsd, 6)
  expect(unexplainedUsd).toBe(0)
  expect(broken(findings)).toEqual([])
})

test('funding that was paid on a held pair is explained', async () => {
  const { world } = schedule()
  const instruments = world.instruments.map((each) => ({ ...each, fundingIntervalMinutes: 1, fundingRate: '0.001' }))
  const held = schedule(
    { world: { ...world, instruments }, tradeMs: 70_000 },
    { MAX_HOLD_MS: '65000', SYNTHETIC_CONVERGENCE_HALF_LIFE_MS: '600000' },
  )
  const opened = openRun(held)
  const { stage, runtime, journal } = opened
  const result = await play(stage.clock, runtime, held.tradeMs)
  await stage.recordTruth(journal.writer('harness'))
  const paid = (await cashChanges(stage)).filter(({ type }) => type === 'SETTLEMENT')
  const { run, findings } = judge(opened, result)
  // What one leg pays the other gets, to the rounding.
  expect(paid.map(({ usd }) => Math.sign(usd)).sort()).toEqual([-1, 1])
  expect(lastLook(run)).toMatchObject({ others: [], unexplainedUsd: 0 })
  expect(result.exitCode).toBe(0)
  expect(broken(findings)).toEqual([])
})

/** The venue's own log of the account's cash. */
function cashChanges({ clock, config, calmTransport }: Stage): Promise<readonly CashChange[]> {
  const reading = (async () => {
    await using reader = await openReader(config, { clock, transport: calmTransport() })
    return known(await reader.rest.cashChangesSince(clock.wallMs() - 600_000), 'the log')
  })()
  return clock.passUntil(reading, 10_000)
}

test("money that somebody adds is named, and is nobody's fault", async () => {
  const opened = openRun(schedule())
  const { stage, runtime, journal } = opened
  stage.clock.after(300, () => void addMoney(stage, '250'))
  const result = await play(stage.clock, runtime, 8_000)
  await stage.recordTruth(journal.writer('harness'))
  const { run, findings } = judge(opened, result)
  expect(result.exitCode).toBe(0)
  expect(lastLook(run).others).toEqual([{ type: 'TRANSFER_IN', symbol: '', usd: 250, changes: 1 }])
  expect(broken(findings)).toEqual([])
  expect(findings.find(({ promise }) => promise === 'P9')!.summary).toContain('250 USDT (TRANSFER_IN)')
})

/** Demo funds, asked for by another client of the account. */
async function addMoney({ clock, config, calmTransport }: Stage, amountStr: string): Promise<void> {
  const payload = JSON.stringify({ adjustType: 0, utaDemoApplyMoney: [{ coin: 'USDT', amountStr }] })
  const terms = { timestampMs: clock.wallMs(), recvWindowMs: READ_RECV_WINDOW_MS, payload }
  const headers = [
    ...['Content-Type', 'application/json', 'X-BAPI-API-KEY', config.apiKey],
    ...['X-BAPI-TIMESTAMP', String(terms.timestampMs), 'X-BAPI-RECV-WINDOW', String(terms.recvWindowMs)],
    ...['X-BAPI-SIGN', signRest(config, terms)],
  ]
  const http = calmTransport().openHttp({ baseUrl: config.restUrl, connections: 1, connectTimeoutMs: 1_000, clock })
  const path = '/v5/account/demo-apply-money'
  const answer = await http.send({ method: 'POST', path, headers, body: payload, timeoutMs: 1_000 })
  expect(answer).toMatchObject({ kind: 'reply', status: 200 })
}
