/**
 * The README's two examples: the same exchange, the same fault plan, the same bounds; a bot that is left naked, and the
 * runtime of this package, which is not.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCheck } from './check-command.ts'
import { DEFAULT_WORLD } from './exchange/default-world.ts'
import { type SpawnedExchange, spawnExchange } from './exchange/spawn.ts'
import { naiveBot } from './test-support/naive-bot.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FAULTS = join(ROOT, 'fixtures/faults/short-refused-balance.json')
const BOUNDS = join(ROOT, 'fixtures/bounds/two-legs.json')

interface Verdict {
  readonly code: number
  readonly text: string
  readonly page: string
}

/** `exchange --faults … --journal …`, a bot, Ctrl-C, `check … --bounds …`. */
async function judged(
  bot: (venue: SpawnedExchange, folder: string) => Promise<void>,
  faultsFile = FAULTS,
): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'check-'))
  try {
    const journalFile = join(folder, 'out.jsonl')
    const venue = await spawnExchange({ worldFile: DEFAULT_WORLD, admin: false, faultsFile, journalFile })
    await using _held = venue
    await bot(venue, folder)
    await venue.stop()
    expect(readFileSync(journalFile, 'utf8')).not.toContain(venue.apiSecret)
    let text = ''
    const out = { write: (more: string) => (text += more) }
    const code = await runCheck([journalFile, '--bounds', BOUNDS, '--out', folder], out, out)
    return { code, text, page: readFileSync(join(folder, 'index.html'), 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a naive two-leg bot on ccxt fails: its short leg is refused, and it is left naked', async () => {
  const { code, text, page } = await judged(naiveBot)
  expect(code, text).toBe(1)
  expect(text).toMatch(/^fail +P1 +naked-bound: .* ended naked by 10 lots/m)
  expect(text).toMatch(/^pass +P2 +conservation/m)
  expect(text).toMatch(/^fail +P5 +settled: 1 position left/m)
  expect(text).toMatch(/^pass +P10 +fault-fired: 1 fault planned, 1 application/m)
  expect(page).toContain('ended naked by 10 lots')
}, 60_000)

test('the runtime of this package passes against the same exchange and plan', async () => {
  const { code, text, page } = await judged(async (venue, folder) => {
    const args = [
      join(ROOT, 'src/cli.ts'),
      'run',
      '--max-trades',
      '2',
      '--duration',
      '20s',
      '--out',
      join(folder, 'run'),
    ]
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: 'ignore',
      env: {
        SCENARIO_TARGET: 'demo',
        BYBIT_DEMO_REST_URL: venue.restUrl,
        BYBIT_DEMO_PUBLIC_URL: venue.publicUrl,
        BYBIT_DEMO_PRIVATE_URL: venue.privateUrl,
        BYBIT_DEMO_API_KEY: venue.apiKey,
        BYBIT_DEMO_API_SECRET: venue.apiSecret,
        SYNTHETIC_SPREAD_BPS: '45',
        SYNTHETIC_FUNDING_DELTA: '0.01',
        TRADE_SIZE_USD: '300',
      },
    })
    await new Promise((resolve) => child.once('close', resolve))
    expect(existsSync(join(folder, 'run/journal.jsonl'))).toBe(true)
  })
  expect(code, text).toBe(0)
  expect(text).toMatch(/^pass +P1 +naked-bound: longest \d+/m)
  expect(text).toMatch(/^pass +P10 +fault-fired: 1 fault planned, 2 applications/m)
  expect(page).toContain('PASS')
}, 120_000)
