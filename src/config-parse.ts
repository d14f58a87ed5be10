/**
 * Reads the environment, once, and refuses bad values all at once.
 *
 *   environment ─► each variable by its own rule ─► the target's endpoints ─► what must fit together ─► Config
 *                          └───────────────┴───────── problems ─────┴──────────► ConfigError, every one named
 *
 * A variable that is empty counts as not set. Values of secrets appear in no message, wherever they were put.
 */
import type { Config } from './config.ts'
import { FIELDS, type Field, type PlainSettings } from './config-fields.ts'
import type { HostUse } from './venue/hosts.ts'
import { refuseHost } from './venue/hosts.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ConfigProblem {
  readonly variable: string
  /** As given; "not set" when it is missing, "(not shown)" for a secret. */
  readonly value: string
  readonly allowed: string
}

/** Bad input: exit code 2. The message has one line per problem and no secret. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, value, allowed }) => `  ${variable} is ${value}; allowed: ${allowed}`)
    super(
      [`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the configuration:`, ...lines].join(
        '\n',
      ),
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * The configuration the environment asks for. Throws ConfigError naming every problem.
 * For `embedded` and `container` the endpoints and credentials are empty until `withVenue` puts them in.
 */
export function parseConfig(env: Environment): Config {
  const problems: ConfigProblem[] = []
  const settings = readSettings(env, problems)
  problems.push(...hostProblems(settings.hostsAllowed))
  const endpoints = settings.target === 'demo' ? readDemo(env, settings.hostsAllowed ?? [], problems) : NO_ENDPOINTS
  problems.push(...misfits(settings))
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => withoutSecrets(problem, env)))
  const complete = settings as PlainSettings
  return {
    ...complete,
    ...endpoints,
    maxHoldMs: complete.maxHoldMs ?? defaultMaxHoldMs(complete.convergenceHalfLifeMs),
  }
}

/** At least a minute, and at least three half-lives: the synthetic spread then has an eighth left. */
export function defaultMaxHoldMs(halfLifeMs: number): number {
  return Math.max(60_000, 3 * Math.abs(halfLifeMs))
}

/** What `readVariable` reads besides FIELDS; used for the target demo only. */
export const DEMO_VARIABLES = {
  apiKey: 'BYBIT_DEMO_API_KEY',
  apiSecret: 'BYBIT_DEMO_API_SECRET',
  restUrl: 'BYBIT_DEMO_REST_URL',
  publicUrl: 'BYBIT_DEMO_PUBLIC_URL',
  privateUrl: 'BYBIT_DEMO_PRIVATE_URL',
} as const

/** Demo has no public stream of its own: its market data is the mainnet public stream (design D13). */
export const DEMO_URLS = {
  restUrl: 'https://api-demo.bybit.com',
  publicUrl: 'wss://stream.bybit.com/v5/public/linear',
  privateUrl: 'wss://stream-demo.bybit.com/v5/private',
} as const

// ── Variables ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** What could be read; a setting with a problem is missing. */
type Settings = Partial<PlainSettings>

function readSettings(env: Environment, problems: ConfigProblem[]): Settings {
  const settings: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(FIELDS) as [string, Field<unknown>][]) {
    const text = readVariable(env, field.variable)
    if (text === undefined) {
      settings[key] = field.fallback
      continue
    }
    const read = field.schema.safeParse(text)
    if (read.success) settings[key] = read.data
    else problems.push({ variable: field.variable, value: quoted(text), allowed: field.allowed })
  }
  return settings as Settings
}

function readVariable(env: Environment, variable: string): string | undefined {
  const text = env[variable]?.trim()
  return text === '' ? undefined : text
}

// ── The demo target ─────────────────────────────────────────────────────────────────────────────────────────────────

type Endpoints = Pick<Config, 'restUrl' | 'publicUrl' | 'privateUrl' | 'apiKey' | 'apiSecret'>

const NO_ENDPOINTS: Endpoints = { restUrl: '', publicUrl: '', privateUrl: '', apiKey: '', apiSecret: '' }

function readDemo(env: Environment, hosts: readonly string[], problems: ConfigProblem[]): Endpoints {
  const url = (key: keyof typeof DEMO_URLS, use: HostUse): string => {
    const text = readVariable(env, DEMO_VARIABLES[key]) ?? DEMO_URLS[key]
    const refusal = urlRefusal(text, { schemes: key === 'restUrl' ? ['http:', 'https:'] : ['ws:', 'wss:'], hosts, use })
    if (refusal !== null) problems.push({ variable: DEMO_VARIABLES[key], ...refusal })
    return text.replace(/\/+$/, '')
  }
  return {
    apiKey: readSecret(env, DEMO_VARIABLES.apiKey, problems),
    apiSecret: readSecret(env, DEMO_VARIABLES.apiSecret, problems),
    restUrl: url('restUrl', 'trading'),
    publicUrl: url('publicUrl', 'public-stream'),
    privateUrl: url('privateUrl', 'trading'),
  }
}

/** The original's example values, which are nobody's credentials. */
const PLACEHOLDERS = ['your_key', 'your_secret']

function readSecret(env: Environment, variable: string, problems: ConfigProblem[]): string {
  const text = readVariable(env, variable)
  const allowed = 'what Bybit shows for a demo account under API management; needed by SCENARIO_TARGET=demo'
  if (text === undefined) problems.push({ variable, value: 'not set', allowed })
  else if (PLACEHOLDERS.includes(text)) problems.push({ variable, value: 'the placeholder', allowed })
  // It travels in a header: nothing but visible ASCII can be right.
  else if (!/^[\x21-\x7e]{1,256}$/.test(text)) problems.push({ variable, value: '(not shown)', allowed })
  return text ?? ''
}

interface UrlRule {
  readonly schemes: readonly string[]
  readonly hosts: readonly string[]
  readonly use: HostUse
}

function urlRefusal(text: string, { schemes, hosts, use }: UrlRule): Omit<ConfigProblem, 'variable'> | null {
  const allowed = `a URL starting with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}, without credentials or query`
  const url = URL.parse(text)
  if (url !== null && (url.username !== '' || url.password !== '')) return { value: '(not shown)', allowed }
  if (url === null || !schemes.includes(url.protocol) || url.search !== '' || url.hash !== '') {
    return { value: quoted(text), allowed }
  }
  const refusal = refuseHost(text, hosts, use)
  return refusal === null ? null : { value: quoted(text), allowed: afterAllowed(refusal) }
}

/** `refuseHost` answers in a sentence; the part after "allowed:" is what a problem's line needs. */
function afterAllowed(sentence: string): string {
  const [, allowed] = sentence.split('; allowed: ')
  return allowed === undefined ? sentence : `the hosts ${allowed} (no mainnet trading host)`
}

/** A mainnet trading host stays refused however it is named. */
function hostProblems(hosts: readonly string[] = []): ConfigProblem[] {
  return hosts
    .filter((host) => refuseHost(`https://${host}`, hosts) !== null)
    .map((host) => ({
      variable: FIELDS.hostsAllowed.variable,
      value: quoted(host),
      allowed: `${FIELDS.hostsAllowed.allowed}; never a mainnet trading host`,
    }))
}

// ── What must fit together ──────────────────────────────────────────────────────────────────────────────────────────

function misfits(settings: Settings): ConfigProblem[] {
  const { staleAfterMs, silencePublicMs, pingIntervalMs, silencePrivateMs, tradeSizeUsd, maxNotionalUsd } = settings
  const problems: ConfigProblem[] = []
  if (isBelow(silencePublicMs, staleAfterMs, 'or equal')) {
    const allowed = `less than SILENCE_PUBLIC_MS (${silencePublicMs}), or a dead stream is noticed before its quotes are stale`
    problems.push({ variable: 'STALE_AFTER_MS', value: quoted(staleAfterMs), allowed })
  }
  if (isBelow(silencePrivateMs, pingIntervalMs, 'or equal')) {
    const allowed = `less than SILENCE_PRIVATE_MS (${silencePrivateMs}): on a quiet private stream only pongs are heard`
    problems.push({ variable: 'PING_INTERVAL_MS', value: quoted(pingIntervalMs), allowed })
  }
  if (tradeSizeUsd !== undefined && isBelow(maxNotionalUsd, 2 * tradeSizeUsd)) {
    const allowed = `at least both legs of one trade, 2 × TRADE_SIZE_USD (${2 * tradeSizeUsd})`
    problems.push({ variable: 'MAX_NOTIONAL_USD', value: quoted(maxNotionalUsd), allowed })
  }
  return problems
}

/** False when either is missing: its own problem is enough. */
function isBelow(value: number | undefined, bound: number | undefined, orEqual?: 'or equal'): boolean {
  if (value === undefined || bound === undefined) return false
  return value < bound || (orEqual !== undefined && value === bound)
}

// ── Showing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function quoted(value: string | number | undefined): string {
  return JSON.stringify(String(value))
}

/** Also a secret that was put into the wrong variable stays unseen. */
function withoutSecrets(problem: ConfigProblem, env: Environment): ConfigProblem {
  const hide = (text: string): string => secretsOf(env).reduce(hideIn, text)
  const value = hide(problem.value)
  return {
    variable: problem.variable,
    value: value.length > VALUE_SHOWN_MAX ? `${value.slice(0, VALUE_SHOWN_MAX)}…` : value,
    allowed: hide(problem.allowed),
  }
}

/** Characters of a bad value that are shown. */
const VALUE_SHOWN_MAX = 120

function secretsOf(env: Environment): string[] {
  return [DEMO_VARIABLES.apiKey, DEMO_VARIABLES.apiSecret]
    .flatMap((variable) => readVariable(env, variable) ?? [])
    .filter((secret) => secret.length >= 4 && !PLACEHOLDERS.includes(secret))
    .flatMap((secret) => [secret, quoted(secret).slice(1, -1)])
}

/** Without regard to case: host names are lowered on their way into a message. */
function hideIn(text: string, secret: string): string {
  const at = text.toLowerCase().indexOf(secret.toLowerCase())
  if (at < 0) return text
  return `${text.slice(0, at)}(not shown)${hideIn(text.slice(at + secret.length), secret)}`
}
