/**
 * The house rules that can be read off the text: what may appear where. `tidy.test.ts` holds every file to them.
 *
 * Each rule names the files it does not hold for, says what to do instead, and carries an example that it must catch.
 */
import type { Source } from './source.ts'
import { lineAt } from './source.ts'

export interface PatternRule {
  readonly name: string
  readonly forbidden: RegExp
  /** Where it is looked for: bare code, code with its strings, or everything. */
  readonly within: 'code' | 'withoutComments' | 'text'
  readonly exceptIn: readonly RegExp[]
  readonly instead: string
  /** Must be caught, so that a rule that has gone blind is noticed. */
  readonly caught: string
  /** Looks alike and is fine. */
  readonly fine: string
}

/** Tests and what supports them. They may look at the machine's clock and environment; they may not sleep or gamble. */
const TESTS = /\.test\.ts$|\/(?:test-support|mutants)\/|\.bench\.ts$/
const SCENARIOS = /^scenarios\//

/** Files that are a process (or a thread) of their own, or the command line: they may speak to the terminal. */
const ENTRIES = [
  /^src\/cli\.ts$/,
  /^src\/runtime-main\.ts$/,
  /^src\/exchange\/main\.ts$/,
  /^src\/faults\/preload\.ts$/,
  /^src\/(?:[a-z-]+\/|[a-z-]+-)command\.ts$/,
]

/** States the words it looks for. */
const THIS_FILE = /^src\/test-support\/house-rules\.ts$/

export const PATTERN_RULES: readonly PatternRule[] = [
  {
    name: 'the clock is read through seams/clock.ts',
    forbidden: /\b(?:Date\.now|performance\.now|process\.hrtime|new Date\(\s*\))/,
    within: 'code',
    exceptIn: [/^src\/seams\/clock\.ts$/, TESTS, SCENARIOS],
    instead: 'take a Clock and call nowUs() or wallMs()',
    caught: 'const at = Date.now()',
    fine: 'const at = new Date(clock.wallMs()) // not Date.now()',
  },
  {
    name: 'timers are set through seams/clock.ts',
    forbidden: /\b(?:setTimeout|setInterval)\b|'(?:node:)?timers\/promises'/,
    within: 'withoutComments',
    exceptIn: [/^src\/seams\/clock\.ts$/, /\/test-support\//, /^src\/market\/doorbell\.test\.ts$/, SCENARIOS],
    instead: 'take a Clock and call sleep() or after(); a test waits for what it waits for, not for time to pass',
    caught: 'await new Promise((resolve) => setTimeout(resolve, 50))',
    fine: 'setImmediate(look)',
  },
  {
    name: 'chance enters through seams/random.ts',
    forbidden: /\bMath\.random\b|\brandom(?:UUID|Bytes|Int)\b|\bgetRandomValues\b/,
    within: 'code',
    exceptIn: [/^src\/seams\/random\.ts$/],
    instead: 'take a Random, forked by label from the run seed',
    caught: 'const id = Math.random()',
    fine: 'const id = random.next()',
  },
  {
    name: 'the environment is read where a process begins',
    forbidden: /\bprocess\.env\b/,
    within: 'code',
    exceptIn: [/^src\/config-parse\.ts$/, ...ENTRIES, /^vitest\.config\.ts$/, /^scenarios\/support\//, TESTS],
    instead: 'take it from Config, or hand it in where the process begins',
    caught: "const url = process.env['URL']",
    fine: 'const url = config.restUrl // not process.env',
  },
  {
    name: 'no code knows that it is being tested',
    forbidden: /\b(?:NODE_ENV|VITEST(?:_[A-Z_]+)?|JEST_WORKER_ID)\b/,
    within: 'withoutComments',
    exceptIn: [THIS_FILE],
    instead: 'give the design a seam',
    caught: "if (process.env['NODE_ENV'] === 'test') return",
    fine: 'if (retries === 0) return',
  },
  {
    name: 'people are spoken to by the command line and the process entries alone',
    forbidden: /\bconsole\s*\.|\bprocess\.std(?:out|err)\b/,
    within: 'code',
    exceptIn: [...ENTRIES, /^scenarios\/support\/reporter/, TESTS],
    instead: 'journal it, return it, or take a print function',
    caught: "process.stdout.write('hello')",
    fine: 'child.stdout.resume()',
  },
  {
    name: 'no any',
    forbidden: /(?::|<|\||&|\bas|\bextends|=)\s*any\b(?!\s*[:(.?])|\bany\[\]|\bArray<any\b/,
    within: 'code',
    exceptIn: [],
    instead: 'say what it is, or unknown and look',
    caught: 'const frame: any = JSON.parse(text)',
    fine: "expect(x).toEqual({ id: expect.any(String), 'any': 1 })",
  },
  {
    name: 'no compiler or linter is told to look away without a reason',
    forbidden: /@ts-(?:ignore|nocheck)|@ts-expect-error\s*$|biome-ignore[^:\n]*(?::\s*)?$/m,
    within: 'text',
    exceptIn: [THIS_FILE],
    instead: 'make it right, or write the reason behind it',
    caught: '// @ts-ignore',
    fine: '// @ts-expect-error a number where a text belongs is what this test is about',
  },
  {
    name: 'nothing is left for later in a comment',
    forbidden: /\b(?:TODO|FIXME|XXX)\b/,
    within: 'text',
    exceptIn: [THIS_FILE],
    instead: 'do it, or write down elsewhere what is missing',
    caught: '// TODO: the other half',
    fine: '// The other half is in pair.ts.',
  },
  {
    name: 'every test runs, or says why not',
    forbidden: /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:only|skip|todo|fails)\b|\.skip\(\s*\)/,
    within: 'code',
    exceptIn: [],
    instead: "context.skip('reason') or test.skipIf(condition) with the reason in the test's name",
    caught: "test.skip('fills', () => {})",
    fine: "metrics.skip('stale'); context.skip('needs a world')",
  },
  {
    name: 'no test that failed is tried again',
    forbidden: /\bretry\s*:\s*(?!0\b)\w/,
    within: 'code',
    exceptIn: [],
    instead: 'find out why it failed',
    caught: "test('fills', { retry: 2 }, () => {})",
    fine: 'const config = { retry: 0 } // not retry: 2',
  },
  {
    name: 'only index.ts re-exports',
    forbidden: /^export\s+(?:type\s+)?(?:\*|\{[^}]*\}\s*from\b)/m,
    within: 'code',
    exceptIn: [/^src\/index\.ts$/],
    instead: 'import it where it is defined',
    caught: "export { ring } from './ring.ts'",
    fine: 'export type Ring = { from: number }',
  },
  {
    name: 'no path of one machine',
    forbidden: /['"`\s(]\/(?:home|Users|root|work|tmp)\/\w/,
    within: 'text',
    exceptIn: [THIS_FILE],
    instead: 'derive it from import.meta.url, or from os.tmpdir()',
    caught: "const plan = '/home/me/plan.json'",
    fine: "readFileSync('/proc/self/status')",
  },
]

/** One line per breach: where, what, and what to do instead. */
export function breachesOf(rule: PatternRule, source: Source): string[] {
  if (rule.exceptIn.some((pattern) => pattern.test(source.path))) return []
  const text = source[rule.within]
  const everywhere = new RegExp(
    rule.forbidden,
    rule.forbidden.flags.includes('g') ? rule.forbidden.flags : `${rule.forbidden.flags}g`,
  )
  return [...text.matchAll(everywhere)].map(
    (match) => `${source.path}:${lineAt(text, match.index)} has \`${match[0].trim()}\` - ${rule.instead}`,
  )
}
