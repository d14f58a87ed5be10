/**
 * The venue's container image, made from this package as it is installed: no npm, no network but for the base image.
 *
 *   Containerfile ─ its COPY lines ─► those files ─► their digest is the tag ─► built when the engine has none of that tag
 *
 * The same Containerfile serves `docker build` in a clone. Files are gathered here because the dependencies of an installed
 * package may lie in somebody else's `node_modules`, and so that the rest of a clone is not sent to the engine.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ContainerRuntimeClient } from 'testcontainers'

/** A container that cannot be had, with what would have to be different. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError'
}

type Engine = ContainerRuntimeClient['container']['dockerode']

/** A path in the build context, and where the file is. */
type ContextFile = readonly [path: string, source: string]

const REPOSITORY = 'bybit-synthetic-test-exchange'
/** Built modules lie one folder deeper than sources; `dist` is beside the package's manifest for both. */
const ROOT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url))
export const CONTAINERFILE = join(ROOT, 'src', 'exchange', 'Containerfile')
/** Types and sources that Node does not run. */
const NOT_RUN = /\.(?:[cm]?ts|map)$/

/** The tag of an image with this package's venue; builds it when the engine has none of just this content. */
export async function venueImage(engine: Engine): Promise<string> {
  const containerfile = readFileSync(CONTAINERFILE, 'utf8')
  const files: ContextFile[] = [['Containerfile', CONTAINERFILE], ...copiedPaths(containerfile).flatMap(filesAt)]
  const tag = `${REPOSITORY}:${digestOf(files)}`
  if (!(await isThere(engine, tag))) await build(engine, { files, tag, base: baseOf(containerfile) })
  return tag
}

/** The paths a Containerfile copies: of this package, or of its dependencies. */
export function copiedPaths(containerfile: string): string[] {
  return [...containerfile.matchAll(/^COPY (\S+) \S+$/gm)].map(([, path]) => path!)
}

function baseOf(containerfile: string): string {
  return /^FROM (\S+)/m.exec(containerfile)?.[1] ?? 'its base image'
}

function filesAt(path: string): ContextFile[] {
  const source = sourceOf(path)
  if (!existsSync(source)) {
    throw new ContainerError(`${source} is missing: the container holds what \`npm run build\` makes`)
  }
  if (statSync(source).isFile()) return [[path, source]]
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => !NOT_RUN.test(file) && statSync(join(source, file)).isFile())
    .toSorted()
    .map((file) => [join(path, file), join(source, file)])
}

/** A dependency is wherever Node finds it. */
function sourceOf(path: string): string {
  const [, name] = /^node_modules\/(.+)$/.exec(path) ?? []
  return name === undefined ? join(ROOT, path) : dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
}

function digestOf(files: readonly ContextFile[]): string {
  const hash = createHash('sha256')
  for (const [path, source] of files) hash.update(`${path}\0`).update(readFileSync(source)).update('\0')
  return hash.digest('hex').slice(0, 16)
}

async function isThere(engine: Engine, tag: string): Promise<boolean> {
  try {
    await engine.getImage(tag).inspect()
    return true
  } catch (error) {
    if ((error as { readonly statusCode?: number }).statusCode === 404) return false
    throw error
  }
}

interface Build {
  readonly files: readonly ContextFile[]
  readonly tag: string
  readonly base: string
}

/** Asks the engine itself: Testcontainers' own build keeps to itself why one failed. */
async function build(engine: Engine, { files, tag, base }: Build): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), `${REPOSITORY}-`))
  try {
    for (const [path, source] of files) {
      mkdirSync(dirname(join(context, path)), { recursive: true })
      copyFileSync(source, join(context, path))
    }
    const src = readdirSync(context)
    const progress = await engine.buildImage({ context, src }, { t: tag, dockerfile: 'Containerfile' })
    await new Promise<void>((resolve, reject) => {
      engine.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)))
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ContainerError(
      `the venue's image could not be built on ${base}: ${why}; in a clone ".ci/engine up" makes ${base} without a registry`,
    )
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}
