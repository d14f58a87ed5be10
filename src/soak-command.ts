/**
 * The `soak` command: a day of trading and of trouble in minutes, in virtual time.
 *
 *   hours, seed ─► one runtime, one venue, a plan for every hour ─► heap by the hour ─► every promise
 */
import { existsSync, mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseConfig } from './config-parse.ts'
import { DEFAULT_WORLD } from './exchange/default-world.ts'
import { readWorldFile } from './exchange/world-file.ts'
import { givesHelp, type Output, readArguments, refuseInput } from './seams/arguments.ts'
import { soak } from './simulation/soak.ts'
import { type HeapVerdict, judgeHeap, promisesOf, sampleText } from './simulation/soak-judge.ts'

const HELP = `usage: bybit-synthetic-test soak [--hours N] [--seed S] [--journal FILE]

One run of so many hours in virtual time: the real runtime against the mock venue's real core, a trade about every ten
seconds, and every hour cut and silent streams, lost and late replies, refusals, rate limits, a venue restart, a wall clock
that jumps, every eighth hour an address ban. Prints the heap of each hour (collected first), its slope without what the
venue remembers of the orders, and every promise. A day takes a few minutes of one core.

  --hours N       default 24; fewer than four are too few to judge the heap by
  --seed S        default soak-1
  --journal FILE  default a file in a temporary folder; it must not exist
  --help          this text

Exit codes: 0 every promise held and the heap is bounded, 1 not so, 2 bad input (every problem is named at once).
`

interface SoakArguments {
  readonly hours: number
  readonly seed: string
  readonly path: string
}

/** A trade about every ten seconds: the half-life is the default, and so are all limits. */
const SETTINGS = {
  SYNTHETIC_SPREAD_BPS: '45',
  SYNTHETIC_FUNDING_DELTA: '0.01',
  TRADE_SIZE_USD: '600',
  SYMBOLS_TO_TRADE: 'BTCUSDT',
}
const HOURS_MAX = 1_000

/** Resolves with the exit code. */
export async function runSoak(
  argv: readonly string[],
  stdout: Output = process.stdout,
  stderr: Output = process.stderr,
): Promise<number> {
  if (givesHelp(argv, HELP, stdout)) return 0
  const problems: string[] = []
  const parsed = parse(argv, problems)
  if (problems.length > 0) return refuseInput('soak', problems, stderr)
  return soakAndTell(parsed, (line) => void stdout.write(`${line}\n`))
}

async function soakAndTell({ hours, seed, path }: SoakArguments, print: (line: string) => void): Promise<number> {
  print(`journal: ${path}`)
  const { result, ...soaked } = await soak({
    seed,
    hours,
    path,
    world: readWorldFile(DEFAULT_WORLD),
    config: parseConfig(SETTINGS),
    heapMb: heapMeter(),
    onSample: (sample) => print(sampleText(sample)),
  })
  const { user, system } = process.cpuUsage()
  print(`ended: ${result.reason}, exit code ${result.exitCode}`)
  print(
    `journal: ${(statSync(path).size / 1e6).toFixed(1)} MB; processor time: ${((user + system) / 1e6).toFixed(1)} s`,
  )
  const heap = judgeHeap(soaked)
  print(heapText(heap))
  const findings = promisesOf(path)
  for (const { promise, verdict, summary } of findings) print(`${promise} ${verdict}: ${summary}`)
  const isKept = findings.every(({ verdict }) => verdict === 'pass')
  return isKept && result.exitCode === 0 && heap?.isBounded !== false ? 0 : 1
}

function parse(argv: readonly string[], problems: string[]): SoakArguments {
  const { options } = readArguments(
    argv,
    { options: ['--hours N', '--seed S', '--journal FILE'], words: false },
    problems,
  )
  const text = options.get('--hours') ?? '24'
  const hours = Number(text)
  if (!(hours >= 1 && hours <= HOURS_MAX))
    problems.push(`--hours is ${JSON.stringify(text)}; allowed: a number from 1 to ${HOURS_MAX}`)
  const path = options.get('--journal')
  if (path !== undefined && existsSync(path)) problems.push(`--journal ${path} exists already`)
  const fresh = (): string => join(mkdtempSync(join(tmpdir(), 'soak-')), 'soak.jsonl')
  return { hours, seed: options.get('--seed') ?? 'soak-1', path: path ?? (problems.length > 0 ? '' : fresh()) }
}

/** Collects what is dead first, as `node --expose-gc` lets one do. */
function heapMeter(): () => number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return () => {
    collect()
    return process.memoryUsage().heapUsed / 1e6
  }
}

function heapText(heap: HeapVerdict | null): string {
  if (heap === null) return 'heap: too few hours to judge'
  const { growthMb, slopeMbPerHour, noiseMb, bytesPerOrder, isBounded } = heap
  const slope = `${slopeMbPerHour.toFixed(3)} MB an hour, ${growthMb.toFixed(2)} MB in all, hours ${noiseMb.toFixed(2)} MB off at most`
  return `heap ${isBounded ? 'bounded' : 'GROWS'}: ${slope}; the venue's ${bytesPerOrder.toFixed(0)} bytes an order left out`
}
