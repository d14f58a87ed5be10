/**
 * The exchange in a container of its own, through Testcontainers: the same addresses, the same admin side, as spawn.ts.
 *
 *   startContainer ─► image (built when missing) ─► create, world and fault plan copied in ─► attach ─► start ─► one JSON line ─► addresses
 *   stop()         ─► SIGTERM ─► exit 0 ─► removed
 *
 * Nothing is left behind, whatever happens to this process: the venue's standard input is a connection from here to the
 * engine. When this process goes the connection goes, the venue's input ends, the venue ends, and the engine removes the
 * container. That does what Testcontainers' Ryuk does, at once and without a second image, so Ryuk is not used.
 * Both ports are published on loopback alone, so the engine has to be on this machine.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers'
import { ContainerError, venueImage } from './container-image.ts'

type Testcontainers = typeof import('testcontainers')

export interface ContainerOptions {
  /** Default: the calm world, which is in the image. */
  readonly worldFile?: string
  readonly seed?: string
  /** A fault plan's file, applied at the venue's door. */
  readonly faultsFile?: string
  /** Where the venue keeps a journal of its own: a new or empty file, which the engine has to be able to mount. */
  readonly journalFile?: string
  /** How Testcontainers is loaded; it is needed for this target only, so it comes on demand. */
  readonly load?: () => Promise<Testcontainers>
}

export interface VenueContainer {
  readonly restUrl: string
  readonly publicUrl: string
  readonly privateUrl: string
  readonly adminUrl: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly containerId: string
  /** Ends the venue; resolves when its container is gone. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const VENUE_PORT = 8080
const ADMIN_PORT = 8081
const WORLD = '/app/world.json'
const FAULTS = '/app/faults.json'
const JOURNAL = '/app/journal.jsonl'
/** From the start of the container to its line, on a busy machine, ms. */
const LISTEN_MAX_MS = 30_000
const ANSWER_MAX_MS = 5_000
/** After so long a stop becomes a kill, ms. */
const STOP_MAX_MS = 5_000
const OUTPUT_KEPT_CHARACTERS = 4_000

/** Starts the venue and waits until it listens. Rejects with a ContainerError that says what is missing. */
export async function startContainer(options: ContainerOptions = {}): Promise<VenueContainer> {
  const testcontainers = await packageOf(options.load ?? (() => import('testcontainers')))
  const client = await engineOf(testcontainers)
  const image = await venueImage(client.container.dockerode)
  const said = new Said()
  const container = describe(testcontainers, { client, image, said }).withCommand([
    ...['--admin-port', String(ADMIN_PORT), '--admin-host', '0.0.0.0', '--end-with', 'stdin'],
    ...(options.worldFile === undefined ? [] : ['--world', WORLD]),
    ...(options.seed === undefined ? [] : ['--seed', options.seed]),
    ...(options.faultsFile === undefined ? [] : ['--faults', FAULTS]),
    ...(options.journalFile === undefined ? [] : ['--journal', JOURNAL]),
  ])
  for (const [file, target] of [
    [options.worldFile, WORLD],
    [options.faultsFile, FAULTS],
  ] as const) {
    if (file === undefined) continue
    container.withCopyContentToContainer([{ content: readFileSync(file, 'utf8'), target, mode: 0o444 }])
  }
  if (options.journalFile !== undefined) {
    // The venue's user is nobody here, so the file is anybody's to write.
    writeFileSync(options.journalFile, '', { flag: 'a' })
    chmodSync(options.journalFile, 0o666)
    container.withBindMounts([{ source: resolve(options.journalFile), target: JOURNAL }])
  }
  const started = await container.start().catch((error: Error) => {
    throw new ContainerError(`the venue's container did not start: ${(said.text || error.message).trim()}`)
  })
  const venue = venueOf(started, client, await said.firstLine)
  await answers(venue).catch(async (error: Error) => {
    await venue.stop()
    throw new ContainerError(
      `the container's ports are not to be had on loopback (${error.message}); the Docker engine has to be on this machine`,
    )
  })
  return venue
}

/** Through a published port, as every client will ask; the admin side counts nothing against anybody. */
async function answers({ adminUrl }: VenueContainer): Promise<void> {
  const reply = await fetch(`${adminUrl}/counters`, { signal: AbortSignal.timeout(ANSWER_MAX_MS) })
  await reply.body?.cancel()
}

async function packageOf(load: () => Promise<Testcontainers>): Promise<Testcontainers> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new ContainerError('the target container needs a package: npm install testcontainers@12')
  }
}

async function engineOf({ getContainerRuntimeClient }: Testcontainers): Promise<ContainerRuntimeClient> {
  return getContainerRuntimeClient().catch((error: Error) => {
    throw new ContainerError(
      `no Docker engine answers (${error.message}); start one, or name it in DOCKER_HOST; targets without one: embedded, demo`,
    )
  })
}

/** What a container prints: its first line, and the rest for whoever wonders why it ended. */
class Said {
  text = ''
  readonly out = new PassThrough()
  readonly firstLine: Promise<string>

  constructor() {
    this.firstLine = new Promise((resolve) => {
      this.out.setEncoding('utf8').on('data', (chunk: string) => {
        this.text = (this.text + chunk).slice(-OUTPUT_KEPT_CHARACTERS)
        const [line, rest] = this.text.split('\n', 2)
        if (rest !== undefined) resolve(line!)
      })
    })
  }
}

interface Parts {
  readonly client: ContainerRuntimeClient
  readonly image: string
  readonly said: Said
}

/** A container as Testcontainers knows it, and what it cannot say: loopback alone, an input, gone when it ends. */
function describe({ GenericContainer, Wait }: Testcontainers, { client, image, said }: Parts) {
  class Venue extends GenericContainer {
    constructor() {
      super(image)
      const loopback = [{ HostIp: '127.0.0.1', HostPort: '0' }]
      this.withExposedPorts(VENUE_PORT, ADMIN_PORT)
      this.hostConfig.PortBindings = { [`${VENUE_PORT}/tcp`]: loopback, [`${ADMIN_PORT}/tcp`]: loopback }
      this.hostConfig.AutoRemove = true
      Object.assign(this.createOpts, { OpenStdin: true, StdinOnce: true })
    }

    /** Attached before it starts, so that no line is missed and its input is held from the first moment. */
    protected override async containerCreated(id: string): Promise<void> {
      const all = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true }
      const stream = await client.container.getById(id).attach(all)
      stream.on('error', () => {}) // the engine went away: then so did the container
      client.container.dockerode.modem.demuxStream(stream, said.out, said.out)
    }
  }
  return new Venue()
    .withAutoCleanup(false)
    .withWaitStrategy(Wait.forLogMessage(/^\{"rest":/).withStartupTimeout(LISTEN_MAX_MS))
}

function venueOf(started: StartedTestContainer, client: ContainerRuntimeClient, line: string): VenueContainer {
  const { apiKey, apiSecret } = JSON.parse(line) as { readonly apiKey: string; readonly apiSecret: string }
  const venue = `127.0.0.1:${started.getMappedPort(VENUE_PORT)}`
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= end(started, client)
    return stopping
  }
  return {
    restUrl: `http://${venue}`,
    publicUrl: `ws://${venue}/v5/public/linear`,
    privateUrl: `ws://${venue}/v5/private`,
    adminUrl: `http://127.0.0.1:${started.getMappedPort(ADMIN_PORT)}`,
    apiKey,
    apiSecret,
    containerId: started.getId(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** SIGTERM, and then until the engine has removed it; one that is gone already is what was wanted. */
async function end(started: StartedTestContainer, client: ContainerRuntimeClient): Promise<void> {
  const removed = client.container.getById(started.getId()).wait({ condition: 'removed' })
  try {
    await Promise.all([removed, started.stop({ timeout: STOP_MAX_MS, remove: false })])
  } catch (error) {
    if ((error as { readonly statusCode?: number }).statusCode !== 404) throw error
  }
}
