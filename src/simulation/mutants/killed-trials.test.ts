import { expect, test } from 'vitest'
import { simulateKilled } from '../killed.ts'
import { killedTrials } from './killed-trials.ts'

test('every trial kills as often as it says: one that does not would say nothing', { timeout: 120_000 }, async () => {
  const trials = await killedTrials()
  expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length)
  const spared: string[] = []
  for (const { name, schedule } of trials) {
    const { before = [] } = await simulateKilled(schedule, null)
    const killed = before.filter(({ finished }) => finished === null).length
    if (killed !== schedule.kills!.length) spared.push(`${name}: ${killed} of ${schedule.kills!.length}`)
  }
  expect(spared).toEqual([])
})
