/**
 * Reads a fault plan: JSON in, a `FaultPlan` out, or every problem at once.
 *
 * Two checks, both always made: the shape (zod), and the table of `plan-table.ts`, which says what each party and operation
 * can be made to suffer, and where. A plan that asks for the impossible (repricing a reply, closing a REST request) is
 * refused here, before a run starts.
 */
import { z } from 'zod'
import {
  ALL_OPS,
  ALL_PARTIES,
  ALL_VERDICTS,
  filtersWithout,
  type Mount,
  OPS_OF,
  PARTIES_AT,
  verdictsFor,
} from './plan-table.ts'
import type { FaultOp, FaultParty, FaultPlan, FaultVerdict } from './plan-types.ts'

export interface PlanProblem {
  /** E.g. "faults[2].verdict.do". */
  readonly path: string
  readonly value: unknown
  readonly allowed: string
}

/** The plan is wrong; `problems` lists everything that is. */
export class FaultPlanError extends Error {
  readonly problems: readonly PlanProblem[]

  constructor(problems: readonly PlanProblem[]) {
    super(
      ['fault plan refused:', ...problems.map((p) => `  ${p.path} = ${shown(p.value)}: allowed is ${p.allowed}`)].join(
        '\n',
      ),
    )
    this.name = 'FaultPlanError'
    this.problems = problems
  }
}

/** Reads a plan from parsed JSON, for a mount if one is named. Throws `FaultPlanError`. */
export function parsePlan(json: unknown, mount?: Mount): FaultPlan {
  const parsed = PLAN.safeParse(json)
  const problems = [...shapeProblems(json, parsed.error), ...tableProblems(json, mount)]
  if (!parsed.success || problems.length > 0) throw new FaultPlanError(problems)
  return parsed.data
}

const DELAY_MS_MAX = 600_000
const count = z.int().min(0)
const ms = z.int().min(0).max(DELAY_MS_MAX)
const stepText = z.string().regex(/^(?=.*[1-9])\d{1,12}(\.\d{1,12})?$/, 'a positive decimal as text, e.g. "0.10"')
/** Bodies are not allowed with these. */
const isBodiless = (status: number): boolean => status === 204 || status === 205 || status === 304

const VERDICT = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ do: z.literal('delay'), ms }),
    z.strictObject({ do: z.literal('drop') }),
    z.strictObject({ do: z.literal('kill') }),
    z.strictObject({ do: z.literal('pause'), ms: ms.min(1) }),
    z.strictObject({ do: z.literal('skew'), ms: z.int().min(-DELAY_MS_MAX).max(DELAY_MS_MAX) }),
    z.strictObject({ do: z.literal('reset') }),
    z.strictObject({
      do: z.literal('close'),
      code: z.int().refine(isCloseCode, 'a close code of 1000–1014 or 3000–4999 that may be sent'),
    }),
    z.strictObject({ do: z.literal('silence') }),
    z.strictObject({ do: z.literal('duplicate') }),
    z.strictObject({ do: z.literal('reorder') }),
    z.strictObject({
      do: z.literal('http'),
      status: z
        .int()
        .min(200)
        .max(599)
        .refine((status) => !isBodiless(status), 'a status that may have a body'),
      body: z.string().exactOptional(),
    }),
    z.strictObject({ do: z.literal('retCode'), code: z.int(), message: z.string() }),
    z.strictObject({ do: z.literal('rate-limit'), resetMs: ms }),
    z.strictObject({ do: z.literal('replace'), text: z.string() }),
    z.strictObject({ do: z.literal('slow-drip'), ms: ms.min(1) }),
    z.strictObject({ do: z.literal('malformed') }),
    z.strictObject({
      do: z.literal('reprice'),
      bps: z
        .number()
        .gt(-10_000)
        .max(10_000)
        .refine((bps) => bps !== 0, 'a price other than the one sent'),
      tick: stepText.exactOptional(),
    }),
    z.strictObject({ do: z.literal('shrink'), fraction: z.number().gt(0).lt(1), lot: stepText.exactOptional() }),
  ],
  {
    error: `an object whose "do" is one of ${ALL_VERDICTS.join(', ')}`,
  },
)

const FAULT = z.strictObject({
  name: z.string().min(1),
  party: z.enum(ALL_PARTIES),
  op: z.enum(ALL_OPS),
  symbol: z
    .string()
    .regex(/^[A-Z0-9]+$/, 'an upper-case symbol')
    .exactOptional(),
  leg: z.enum(['long', 'short']).exactOptional(),
  side: z.enum(['buy', 'sell']).exactOptional(),
  reduceOnly: z.boolean().exactOptional(),
  skip: count.exactOptional(),
  times: z.int().min(1).nullable().exactOptional(),
  chance: z.number().gt(0).lt(1).exactOptional(),
  seed: z.union([z.int(), z.string().min(1)], { error: 'an integer or a text' }).exactOptional(),
  windowMs: z
    .strictObject({ from: z.int().min(0), to: z.int().min(1) })
    .refine(({ from, to }) => from < to, 'a "from" before "to"')
    .exactOptional(),
  afterCreates: count.exactOptional(),
  socketAgeMs: count.exactOptional(),
  verdict: VERDICT,
})

const PLAN = z.strictObject({
  about: z.string().exactOptional(),
  modelledOn: z.string().exactOptional(),
  faults: z.array(FAULT),
})

/** Codes an endpoint may put in a close frame. Source: RFC 6455 §7.4, and the registry for 1012–1014. */
function isCloseCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006
}

function shapeProblems(json: unknown, error: z.ZodError | undefined): PlanProblem[] {
  return (error?.issues ?? []).map((issue) => ({
    path: pathText(issue.path),
    value: valueAt(json, issue.path),
    allowed: allowedBy(issue),
  }))
}

function allowedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `no such field as ${issue.keys.join(', ')}`
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(', ')}`
  if (issue.code === 'invalid_type') return `${issue.expected}, required`
  if (issue.code === 'too_small') return `at least ${issue.minimum}${issue.inclusive === false ? ', exclusive' : ''}`
  if (issue.code === 'too_big') return `at most ${issue.maximum}${issue.inclusive === false ? ', exclusive' : ''}`
  return issue.message
}

/** What the shape alone cannot tell. Reads the raw JSON, so that it also speaks when the shape is wrong elsewhere. */
function tableProblems(json: unknown, mount: Mount | undefined): PlanProblem[] {
  const faults = field(json, 'faults')
  if (!Array.isArray(faults)) return []
  const names = faults.map((fault) => field(fault, 'name'))
  return faults.flatMap((fault: unknown, at) => [
    ...combinationProblems(fault, `faults[${at}]`),
    ...(mount === undefined ? [] : mountProblems(fault, `faults[${at}]`, mount)),
    ...(typeof names[at] === 'string' && names.indexOf(names[at]) < at
      ? [{ path: `faults[${at}].name`, value: names[at], allowed: 'a name no other fault of the plan has' }]
      : []),
  ])
}

function combinationProblems(fault: unknown, path: string): PlanProblem[] {
  const party = field(fault, 'party') as FaultParty
  const op = field(fault, 'op') as FaultOp
  const ops = typeof party === 'string' && Object.hasOwn(OPS_OF, party) ? OPS_OF[party] : null
  if (ops === null || !ALL_OPS.includes(op)) return []
  if (!ops.includes(op)) return [{ path: `${path}.op`, value: op, allowed: `for ${party} one of ${ops.join(', ')}` }]

  const problems: PlanProblem[] = []
  const verdict = field(field(fault, 'verdict'), 'do') as FaultVerdict['do']
  const verdicts = verdictsFor(party, op)
  if (ALL_VERDICTS.includes(verdict) && !verdicts.includes(verdict)) {
    problems.push({
      path: `${path}.verdict.do`,
      value: verdict,
      allowed: `for ${party} ${op} one of ${verdicts.join(', ')}`,
    })
  }
  for (const name of filtersWithout(party, op)) {
    const value = field(fault, name)
    if (value !== undefined) problems.push({ path: `${path}.${name}`, value, allowed: `absent for ${party} ${op}` })
  }
  if (field(fault, 'chance') === undefined && field(fault, 'seed') !== undefined)
    problems.push({ path: `${path}.seed`, value: field(fault, 'seed'), allowed: 'absent without "chance"' })
  return problems
}

const WHERE: Readonly<Record<Mount, string>> = {
  process: 'in the process that is disturbed',
  venue: "at the venue's door",
}

/** A party that this mount has no hand on. */
function mountProblems(fault: unknown, path: string, mount: Mount): PlanProblem[] {
  const party = field(fault, 'party') as FaultParty
  const parties = PARTIES_AT[mount]
  if (!ALL_PARTIES.includes(party) || parties.includes(party)) return []
  return [{ path: `${path}.party`, value: party, allowed: `${WHERE[mount]} one of ${parties.join(', ')}` }]
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => field(value, String(key)), json)
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text === '' ? 'plan' : text.replace(/^\./, '')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent'
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
