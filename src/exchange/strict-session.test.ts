/**
 * Everything the mock venue says in a random session has exactly the fields, types and words the venue's documents give
 * it, and what it says at one moment fits what it said before.
 */
import { expect, test } from 'vitest'
import { ROUTES } from './core/routes.ts'
import { startExchange } from './server.ts'
import { manualClock } from './test-support/clients.ts'
import { PRIVATE_FRAMES } from './test-support/strict/private.ts'
import { PUBLIC_FRAMES } from './test-support/strict/public.ts'
import { REST_RESULTS } from './test-support/strict/rest.ts'
import { Session } from './test-support/strict/session.ts'
import { strictWorld } from './test-support/strict/strict-world.ts'
import { TRADE_FRAMES } from './test-support/strict/trade.ts'

const FRAMES = 100_000
const SEED = process.env['STRICT_SEED'] ?? 'strict-1'
const START_MS = 1_767_225_600_000
const TIMEOUT_MS = 240_000

/** Margin is cross here, so asking for isolated margin is always refused; that refusal is inspected. */
const NEVER: ReadonlySet<string> = new Set(['/v5/position/add-margin', '/v5/position/set-auto-add-margin'])

test('every endpoint of the venue has a schema', () => {
  expect([...ROUTES.keys()].filter((path) => REST_RESULTS[path] === undefined)).toEqual([])
})

test(
  `in a random session of ${FRAMES} frames every frame and answer is what the documents say (replay: STRICT_SEED=${SEED})`,
  async () => {
    // The venue's clock shows whole milliseconds, as every real one here does.
    const time = manualClock(START_MS)
    const clock = { ...time, wallMs: () => Math.floor(time.wallMs()) }
    const world = strictWorld(SEED)
    const listeners = [{ persona: 'mainnet-like' }, { persona: 'demo' }] as const
    await using exchange = await startExchange({ world, clock, listeners, adminPort: 0 })
    const session = new Session(exchange, world, clock, SEED)
    await session.open()
    for (let steps = 1; session.frames < FRAMES; steps += 1) {
      await session.step()
      if (steps % 300 === 0) await session.settle()
    }
    await session.settle()
    await session.close()
    const { counts } = session.inspector
    const told = [...counts].toSorted().map(([kind, count]) => `${String(count).padStart(7)} ${kind}`)
    process.stdout.write(`strict session, seed ${SEED}, ${session.frames} frames:\n${told.join('\n')}\n`)
    expect(session.inspector.problems()).toEqual([])
    const kinds = [
      ...Object.keys(PUBLIC_FRAMES).map((kind) => `public ${kind}`),
      ...Object.keys(PRIVATE_FRAMES).map((kind) => `private ${kind}`),
      ...Object.keys(TRADE_FRAMES).map((kind) => `trade ${kind}`),
      ...ROUTES.keys(),
      'refused',
    ]
    expect(kinds.filter((kind) => !counts.has(kind) && !NEVER.has(kind))).toEqual([])
  },
  TIMEOUT_MS,
)
