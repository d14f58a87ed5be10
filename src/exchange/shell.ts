/**
 * The shell around a pure core: sockets in, sockets out.
 *
 *   each listener   REST ─────────────► http ──┐
 *                   /v5/public/linear ► public ├─► driver ─► core
 *                   /v5/private ──────► private│
 *                   /v5/trade ────────► trade ─┘
 *   another port    admin, off unless asked for, on loopback unless told otherwise
 *
 * Listeners differ in what they show of the one venue: their personas (personas.ts).
 */
import { type Clock, systemClock } from '../seams/clock.ts'
import { seededRandom } from '../seams/random.ts'
import { type ExchangeCounters, type RunningAdmin, startAdmin } from './admin.ts'
import type { Accounts } from './auth.ts'
import { type CutHow, STREAM_LIMITS, type StreamLimits } from './connection.ts'
import { type ConnectionBounds, createConnectionLimit } from './connection-limit.ts'
import type { ExchangeCore } from './core/types.ts'
import { createDriver, type Driver } from './driver.ts'
import { createHttpSide, type HttpCounters } from './http.ts'
import { createIpLimit } from './ip-limit.ts'
import { HTTP_BOUNDS, type HttpBounds, openListener, type RunningListener } from './listener.ts'
import { type Persona, type PersonaName, personaOf, type StreamName } from './personas.ts'
import type { RowsPolicy } from './private-frames.ts'
import { createStreams, type Streams } from './streams.ts'
import type { TradeBounds } from './trade-rates.ts'
import type { VenueFaults } from './venue-faults.ts'
import { type Doubts, NO_DOUBTS } from './world-doubts.ts'
import { SHELL_DEFAULTS } from './world-shell.ts'

/** One address to be reached at. */
export interface ListenerSpec {
  readonly persona: PersonaName
  /** Default: the exchange's own. */
  readonly host?: string
  /** 0 (default) takes a free port. */
  readonly port?: number
}

export interface ServeOptions {
  readonly host?: string
  /** 0 (default) takes a free port. */
  readonly port?: number
  /** Instead of `port`: several addresses, the first of them the exchange's own. Default: one, mainnet-like. */
  readonly listeners?: readonly [ListenerSpec, ...ListenerSpec[]]
  /** Null (default) opens no admin side. */
  readonly adminPort?: number | null
  /** Default 127.0.0.1, whatever `host` is. */
  readonly adminHost?: string
  readonly clock?: Clock
  /** HTTP calls one address may make in any 5 s. Default 600, as Bybit. */
  readonly ipCallsPer5s?: number
  /** How long an address that made more is refused, ms. Default 10 minutes, as Bybit. */
  readonly ipBanMs?: number
  /** HTTP calls of all addresses in any second; more get 429. Default null: no bound. */
  readonly systemCallsPerS?: number | null
  readonly streamLimits?: Partial<StreamLimits>
  readonly httpBounds?: Partial<HttpBounds>
  /** Stream connections of one address to one listener. */
  readonly connections?: Partial<ConnectionBounds>
  readonly tradeSocket?: Partial<TradeBounds>
  readonly privateRows?: Partial<RowsPolicy>
  /** Symbols traded before their market opens, which demo does not do. */
  readonly preMarketSymbols?: ReadonlySet<string>
  /** How the venue behaves where nobody has verified it. */
  readonly doubts?: Partial<Doubts>
  /** What is planned to go wrong on the wire (venue-faults.ts). Closed with the exchange. */
  readonly faults?: VenueFaults
  /** Told once, when the exchange closes. */
  readonly journalCounters?: (counters: ExchangeCounters) => void
}

/** Where a listener is reached. A stream its persona lacks has an address too: it answers 404. */
export interface ListenerAddresses {
  readonly persona: PersonaName
  readonly restUrl: string
  readonly publicUrl: string
  readonly privateUrl: string
  readonly tradeUrl: string
  /** Of the world's first account whose key is known there. */
  readonly apiKey: string
  readonly apiSecret: string
}

/** Addresses are the first listener's. */
export interface RunningExchange extends ListenerAddresses {
  readonly listeners: readonly ListenerAddresses[]
  readonly adminUrl: string | null
  readonly core: ExchangeCore
  counters(): ExchangeCounters
  /** Cuts all sockets of a stream from the venue's side. Returns how many. */
  cutStreams(stream: StreamName, how: CutHow): number
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A world that has nobody for one of its listeners. */
export class NoKeyKnown extends Error {
  override readonly name = 'NoKeyKnown'
}

/** Serves a core until it is closed. Rejects when a port cannot be had, or a listener would know nobody's key. */
export async function serveCore(core: ExchangeCore, options: ServeOptions = {}): Promise<RunningExchange> {
  const { host = '127.0.0.1', port = 0, listeners: specs = [{ persona: 'mainnet-like' as const, port }] } = options
  const venue = createVenueShell(core, options)
  const doors = specs.map((spec) => openDoor(venue, { host, ...spec }))
  const running: { close(): Promise<void> }[] = []
  const close = once(async () => {
    venue.driver.stop()
    options.faults?.close()
    await Promise.all([venue.streams.close(), ...running.map((each) => each.close())])
    options.journalCounters?.(counters())
  })
  const counters = (): ExchangeCounters => countersOf(venue, doors)
  try {
    const listeners: ListenerAddresses[] = []
    for (const door of doors) {
      const listener = await door.open()
      running.push(listener)
      listeners.push(addressesOf(door, listener))
    }
    const admin = await adminOf(venue, options, counters)
    if (admin !== null) running.push(admin)
    return {
      ...listeners[0]!,
      listeners,
      adminUrl: admin?.url ?? null,
      core,
      counters,
      cutStreams: venue.streams.cut,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

interface VenueShell {
  readonly core: ExchangeCore
  readonly driver: Driver
  readonly streams: Streams
  readonly options: ServeOptions
  readonly doubts: Doubts
  readonly ipLimit: ReturnType<typeof createIpLimit>
}

function createVenueShell(core: ExchangeCore, options: ServeOptions): VenueShell {
  const { clock = systemClock, ipCallsPer5s = 600, ipBanMs = 600_000 } = options
  const doubts = { ...NO_DOUBTS, ...options.doubts }
  const driver = createDriver(core, clock, doubts.firstOut)
  const streams = createStreams({
    core,
    driver,
    clock,
    limits: { ...STREAM_LIMITS, ...options.streamLimits },
    idPrefix: connectionPrefix(driver.nowMs()),
    rows: { ...SHELL_DEFAULTS.privateRows, ...options.privateRows },
    tradeBounds: { ...SHELL_DEFAULTS.tradeSocket, ...options.tradeSocket },
    tradeFaults: options.faults?.trade,
    doubts,
  })
  return {
    core,
    driver,
    streams,
    options,
    doubts,
    ipLimit: createIpLimit({ callsPer5s: ipCallsPer5s, banMs: ipBanMs }),
  }
}

/** Names of connections differ from run to run, as the venue's do, and stay clear of the world's own chance. */
function connectionPrefix(startMs: number): string {
  const random = seededRandom(startMs).fork('connections')
  return Array.from({ length: 16 }, () => random.integer(0, 31).toString(32)).join('')
}

interface Door {
  readonly persona: Persona
  readonly accounts: Accounts
  http(): HttpCounters
  refusedHandshakes(): number
  open(): Promise<RunningListener>
}

/** A listener before it listens. */
function openDoor(
  venue: VenueShell,
  { host, port = 0, persona: name }: ListenerSpec & { readonly host: string },
): Door {
  const { core, driver, streams, options, doubts, ipLimit } = venue
  const persona = personaOf(name, { preMarketSymbols: options.preMarketSymbols ?? new Set() })
  const accounts = accountsOf(core, persona)
  const { systemCallsPerS = null } = options
  const { faults } = options
  const common = { core, driver, ipLimit, accounts, systemCallsPerS, doubts, faults: faults?.rest }
  const http = createHttpSide({ ...common, refuses: persona.refuses })
  const limit = createConnectionLimit({ ...SHELL_DEFAULTS.connections, ...options.connections })
  return {
    persona,
    accounts,
    http: http.counters,
    refusedHandshakes: limit.refused,
    open: () =>
      openListener({
        host,
        port,
        persona,
        http,
        limit,
        refusedStatus: doubts.refusedHandshake,
        nowMs: driver.nowMs,
        bounds: { ...HTTP_BOUNDS, ...options.httpBounds },
        handshake: faults?.streams.handshake,
        accept(stream, socket, wire, query) {
          streams.accept(stream, socket, wire, { persona, accounts, query })
          faults?.streams.open(stream, socket, wire)
        },
      }),
  }
}

/** The keys known to a persona: those of its own environment, and those that name none. */
function accountsOf({ accounts }: ExchangeCore, { name, environment }: Persona): Accounts {
  const known = new Map(
    [...accounts].filter(([, { environment: from = 'any' }]) => from === 'any' || from === environment),
  )
  if (known.size === 0) throw new NoKeyKnown(`a ${name} listener needs an account whose key is known there`)
  return known
}

function addressesOf({ persona, accounts }: Door, { address }: RunningListener): ListenerAddresses {
  const [apiKey, { apiSecret }] = [...accounts][0]!
  return {
    persona: persona.name,
    restUrl: `http://${address}`,
    publicUrl: `ws://${address}/v5/public/linear`,
    privateUrl: `ws://${address}/v5/private`,
    tradeUrl: `ws://${address}/v5/trade`,
    apiKey,
    apiSecret,
  }
}

async function adminOf(
  { driver, streams }: VenueShell,
  { adminPort = null, adminHost = '127.0.0.1' }: ServeOptions,
  counters: () => ExchangeCounters,
): Promise<RunningAdmin | null> {
  if (adminPort === null) return null
  const { control } = driver
  return startAdmin({ port: adminPort, host: adminHost, counters, control, cutStreams: streams.cut })
}

function countersOf({ core, streams }: VenueShell, doors: readonly Door[]): ExchangeCounters {
  const http = doors.map((door) => door.http())
  return {
    core: core.counters(),
    http: {
      requests: http.reduce((sum, each) => sum + each.requests, 0),
      refused: http.reduce((sum, each) => sum + each.refused, 0),
    },
    frames: streams.framesSent(),
    connections: streams.counters(),
    refusedHandshakes: doors.reduce((sum, door) => sum + door.refusedHandshakes(), 0),
  }
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= run()
    return running
  }
}
