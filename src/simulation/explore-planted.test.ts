/**
 * The explorer finds what is broken on purpose: found, made small, kept, replayed; with the source mended, green again.
 * The walk-through in README.md is this bug.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { readScheduleFile } from './explore-file.ts'
import { eventsOf } from './explore-shrink.ts'
import { type Patch, patchArguments } from './mutants/patch.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const keep = mkdtempSync(join(os.tmpdir(), 'planted-'))
afterAll(() => rmSync(keep, { recursive: true, force: true }))

/** What a leg still needs is never less than nothing: so what it has too much is never seen, and never evened out. */
const CLAMPED: Patch = {
  name: 'what a leg has too much is never seen',
  file: 'src/domain/decide.ts',
  find: 'lots: target - heldLots(trade, leg) }))',
  replace: 'lots: Math.max(0, target - heldLots(trade, leg)) }))',
}

/** What has not arrived when the next process asks for it is taken for never sent. */
const HASTY: Patch = {
  name: 'a recovery that does not wait for what is under way',
  file: 'src/execution/recover.ts',
  find: 'gateway.venueNowMs() + arrivalMaxMs',
  replace: 'gateway.venueNowMs()',
}

async function explore(patch: Patch | null, ...argv: string[]): Promise<{ code: unknown; out: string }> {
  const node = [...(patch === null ? [] : patchArguments(patch)), 'src/cli.ts', 'explore']
  const child = spawn(process.execPath, [...node, ...argv], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const [[code], out] = await Promise.all([once(child, 'close'), text(child.stdout)])
  return { code, out }
}

test('a planted bug is found, shrunk to a few events, replayed by its line, and gone with its cause', async () => {
  const found = await explore(CLAMPED, '--seed', 'planted', '--from', '54', '--runs', '1', '--keep', keep)
  expect([found.code, found.out]).toEqual([1, expect.stringMatching(/VIOLATED: seed planted, schedule 54\n {2}P1: /)])
  const names = readdirSync(keep)
  expect(names).toHaveLength(1)
  expect(eventsOf(readScheduleFile(join(keep, names[0]!)))).toBeLessThanOrEqual(4)
  const [, line] = /again: npx bybit-synthetic-test explore --replay (\S+)/.exec(found.out)!
  expect(await explore(CLAMPED, '--replay', line!)).toEqual({ code: 1, out: expect.stringContaining('P1: fail') })
  expect(await explore(null, '--replay', line!)).toEqual({ code: 0, out: expect.stringContaining('nothing violated') })
}, 120_000)

test('a recovery that is broken is seen by a schedule in which the process is killed', async () => {
  const kept = ['--replay', 'fixtures/schedules/killed-with-orders-under-way.json']
  const whole = await explore(null, ...kept)
  expect(whole).toEqual({ code: 0, out: expect.stringContaining('nothing violated') })
  // Both lives are told, one after the other.
  expect(whole.out.match(/^ +ms {2}who/gm)).toHaveLength(2)
  expect(await explore(HASTY, ...kept)).toEqual({ code: 1, out: expect.stringContaining('P2: fail') })
}, 60_000)
