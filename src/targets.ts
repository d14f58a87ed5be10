/**
 * What a run trades on. Targets are data with capabilities, never names in an `if`.
 *
 *   embedded   the mock venue, started as a process of its own        its world can be set and changed
 *   demo       Bybit demo, or whatever the three demo URLs name       the world is as it is
 *   container  the mock venue in a container: not built yet
 */
import type { Config } from './config.ts'
import { withVenue } from './config.ts'
import { DEFAULT_WORLD } from './exchange/default-world.ts'
import { spawnExchange } from './exchange/spawn.ts'

export interface Target extends AsyncDisposable {
  readonly name: Config['target']
  /** With the venue's addresses and credentials in it. */
  readonly config: Config
  /** The venue's own administration side; null where there is none. */
  readonly adminUrl: string | null
  readonly can: {
    /** Start from a chosen world, and change it while it runs. */
    readonly setWorld: boolean
  }
}

export interface TargetOptions {
  /** For targets that can set one. Default: the calm world. */
  readonly worldFile?: string
}

/** A target that cannot be had, with what would have to be different. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
}

export async function openTarget(config: Config, options: TargetOptions = {}): Promise<Target> {
  if (config.target === 'container') {
    throw new TargetError('SCENARIO_TARGET=container is not available in this version; allowed: embedded, demo')
  }
  if (config.target === 'demo') {
    return {
      name: 'demo',
      config,
      adminUrl: null,
      can: { setWorld: false },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }
  const exchange = await spawnExchange({
    worldFile: options.worldFile ?? DEFAULT_WORLD,
    admin: true,
    seed: config.runSeed,
  })
  const { restUrl, publicUrl, privateUrl, adminUrl, apiKey, apiSecret } = exchange
  return {
    name: 'embedded',
    config: withVenue(config, { rest: restUrl, publicStream: publicUrl, privateStream: privateUrl, apiKey, apiSecret }),
    adminUrl,
    can: { setWorld: true },
    [Symbol.asyncDispose]: () => exchange.stop(),
  }
}
