/**
 * What a run trades on. Targets are data with capabilities, never names in an `if`.
 *
 *   embedded   the mock venue, started as a process of its own        its world can be set and changed
 *   container  the same venue in a container of its own               its world can be set and changed
 *   demo       Bybit demo, or whatever the three demo URLs name       the world is as it is
 */
import type { Config, TargetName } from './config.ts'
import { withVenue } from './config.ts'
import { startContainer } from './exchange/container.ts'
import { ContainerError } from './exchange/container-image.ts'
import { DEFAULT_WORLD } from './exchange/default-world.ts'
import { spawnExchange } from './exchange/spawn.ts'

export interface Target extends AsyncDisposable {
  readonly name: TargetName
  /** With the venue's addresses and credentials in it. */
  readonly config: Config
  /** The venue's own administration side; null where there is none. */
  readonly adminUrl: string | null
  readonly can: Capabilities
}

export interface Capabilities {
  /** Start from a chosen world, and change it while it runs. */
  readonly setWorld: boolean
}

export const CAN: Readonly<Record<TargetName, Capabilities>> = {
  embedded: { setWorld: true },
  container: { setWorld: true },
  demo: { setWorld: false },
}

export interface TargetOptions {
  /** For targets that can set one. Default: the calm world. */
  readonly worldFile?: string
}

/** A target that cannot be had, with what would have to be different. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
}

interface Venue extends AsyncDisposable {
  readonly restUrl: string
  readonly publicUrl: string
  readonly privateUrl: string
  readonly adminUrl: string | null
  readonly apiKey: string
  readonly apiSecret: string
}

type Start = (worldFile: string, seed: string) => Promise<Venue>

/** How a venue of one's own comes to be; null where there is one already. */
const START: Readonly<Record<TargetName, Start | null>> = {
  embedded: (worldFile, seed) => spawnExchange({ worldFile, seed, admin: true }),
  container: (worldFile, seed) => startContainer({ worldFile, seed }).catch(refused),
  demo: null,
}

export async function openTarget(config: Config, options: TargetOptions = {}): Promise<Target> {
  const name = config.target
  const can = CAN[name]
  const start = START[name]
  if (start === null) return { name, config, adminUrl: null, can, [Symbol.asyncDispose]: () => Promise.resolve() }
  const venue = await start(options.worldFile ?? DEFAULT_WORLD, config.runSeed)
  const { restUrl, publicUrl, privateUrl, adminUrl, apiKey, apiSecret } = venue
  return {
    name,
    config: withVenue(config, { rest: restUrl, publicStream: publicUrl, privateStream: privateUrl, apiKey, apiSecret }),
    adminUrl,
    can,
    [Symbol.asyncDispose]: () => venue[Symbol.asyncDispose](),
  }
}

function refused(error: unknown): never {
  throw error instanceof ContainerError ? new TargetError(error.message) : error
}
