/**
 * Reads a fault plan: JSON in, a `FaultPlan` out, or every problem at once.
 *
 * Two checks, both always made: the shape (zod), and the table below, which says what each party and operation can be
 * made to suffer. A plan that asks for the impossible (repricing a reply, closing a REST request) is refused here, before
 * a run starts, since a fault that never fires would make the run void.
 */
import { z } from 'zod'
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

/** Reads a plan from parsed JSON. Throws `FaultPlanError`. */
export function parsePlan(json: unknown): FaultPlan {
  const parsed = PLAN.safeParse(json)
  const problems = [...shapeProblems(json, parsed.error), ...tableProblems(json)]
  if (!parsed.success || problems.length > 0) throw new FaultPlanError(problems)
  return parsed.data
}

type Do = FaultVerdict['do']

const REST_OPS = [
  'create',
  'amend',
  'cancel',
  'cancel-all',
  'realtime',
  'history',
  'executions',
  'positions',
  'time',
  'any',
] as const
const FRAME_OPS = ['pong', 'ack', 'any-frame'] as const

const OPS_OF: Readonly<Record<FaultParty, readonly FaultOp[]>> = {
  'rest-request': REST_OPS,
  'rest-reply': REST_OPS,
  'public-stream': ['connect', 'socket', 'orderbook', 'tickers', ...FRAME_OPS],
  'private-stream': ['connect', 'socket', 'order', 'execution', 'position', 'wallet', ...FRAME_OPS],
  process: ['process'],
  clock: ['clock'],
}

const ALL_VERDICTS: readonly Do[] = [
  'delay',
  'drop',
  'reset',
  'close',
  'silence',
  'duplicate',
  'reorder',
  'http',
  'retCode',
  'rate-limit',
  'replace',
  'slow-drip',
  'malformed',
  'reprice',
  'shrink',
  'kill',
  'pause',
  'skew',
]
const ON_BOTH: readonly Do[] = ['delay', 'drop', 'reset', 'duplicate', 'http', 'retCode', 'replace', 'malformed']
const ON_REPLY: readonly Do[] = [...ON_BOTH, 'slow-drip']
const ON_REQUEST: readonly Do[] = [...ON_BOTH, 'rate-limit']
const ON_CREATE: readonly Do[] = [...ON_REQUEST, 'reprice', 'shrink']
const ON_CONNECT: readonly Do[] = ['delay', 'drop', 'reset', 'http']
const ON_SOCKET: readonly Do[] = ['close', 'reset', 'silence']
const ON_FRAME: readonly Do[] = ['delay', 'drop', 'duplicate', 'reorder', 'replace', 'malformed']

/** Operations about one order, so that a leg or reduce-only can be told (by the wire, or by client order id). */
const ABOUT_ORDERS: readonly FaultOp[] = [
  'create',
  'amend',
  'cancel',
  'realtime',
  'history',
  'executions',
  'any',
  'order',
  'execution',
  'position',
  'any-frame',
]
/** Operations about no symbol in particular. */
const WITHOUT_SYMBOL: readonly FaultOp[] = ['time', 'connect', 'socket', 'pong', 'ack', 'wallet', 'process', 'clock']

/** What may be done to an operation of a party. */
export function verdictsFor(party: FaultParty, op: FaultOp): readonly Do[] {
  if (party === 'rest-request') return op === 'create' ? ON_CREATE : ON_REQUEST
  if (party === 'rest-reply') return ON_REPLY
  if (party === 'process') return ['kill', 'pause']
  if (party === 'clock') return ['skew']
  if (op === 'connect') return ON_CONNECT
  return op === 'socket' ? ON_SOCKET : ON_FRAME
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
  party: z.enum(Object.keys(OPS_OF) as [FaultParty, ...FaultParty[]]),
  op: z.enum([...new Set(Object.values(OPS_OF).flat())] as [FaultOp, ...FaultOp[]]),
  symbol: z
    .string()
    .regex(/^[A-Z0-9]+$/, 'an upper-case symbol')
    .exactOptional(),
  leg: z.enum(['long', 'short']).exactOptional(),
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
function tableProblems(json: unknown): PlanProblem[] {
  const faults = field(json, 'faults')
  if (!Array.isArray(faults)) return []
  const names = faults.map((fault) => field(fault, 'name'))
  return faults.flatMap((fault: unknown, at) => [
    ...combinationProblems(fault, `faults[${at}]`),
    ...(typeof names[at] === 'string' && names.indexOf(names[at]) < at
      ? [{ path: `faults[${at}].name`, value: names[at], allowed: 'a name no other fault of the plan has' }]
      : []),
  ])
}

function combinationProblems(fault: unknown, path: string): PlanProblem[] {
  const party = field(fault, 'party') as FaultParty
  const op = field(fault, 'op') as FaultOp
  const ops = typeof party === 'string' && Object.hasOwn(OPS_OF, party) ? OPS_OF[party] : null
  if (ops === null || !Object.values(OPS_OF).flat().includes(op)) return []
  if (!ops.includes(op)) return [{ path: `${path}.op`, value: op, allowed: `for ${party} one of ${ops.join(', ')}` }]

  const problems: PlanProblem[] = []
  const verdict = field(field(fault, 'verdict'), 'do')
  const verdicts = verdictsFor(party, op)
  if (ALL_VERDICTS.includes(verdict as Do) && !verdicts.includes(verdict as Do)) {
    problems.push({
      path: `${path}.verdict.do`,
      value: verdict,
      allowed: `for ${party} ${op} one of ${verdicts.join(', ')}`,
    })
  }
  const refuse = (name: string, isRefused: boolean): void => {
    const value = field(fault, name)
    if (isRefused && value !== undefined)
      problems.push({ path: `${path}.${name}`, value, allowed: `absent for ${party} ${op}` })
  }
  refuse('symbol', WITHOUT_SYMBOL.includes(op))
  refuse('leg', party === 'public-stream' || !ABOUT_ORDERS.includes(op))
  refuse('reduceOnly', party === 'public-stream' || !ABOUT_ORDERS.includes(op))
  refuse('afterCreates', party === 'public-stream')
  refuse('socketAgeMs', op !== 'socket')
  if (field(fault, 'chance') === undefined && field(fault, 'seed') !== undefined)
    problems.push({ path: `${path}.seed`, value: field(fault, 'seed'), allowed: 'absent without "chance"' })
  return problems
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
