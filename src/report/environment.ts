/** Where a run took place: what a reader must know before believing a latency. */
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import type { Environment } from './document.ts'

/** One-minute load average of this moment. */
export function loadNow(): number {
  return loadavg()[0] ?? 0
}

/** Looks at this machine. `loadBefore` is what `loadNow` said when the run began. */
export function environmentNow(loadBefore: number): Environment {
  return {
    node: process.version,
    platform: `${platform()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'not known',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    loadBefore,
    loadAfter: loadNow(),
    revision: revision(),
  }
}

/** The commit, with a mark when files differ from it; null outside a repository. */
function revision(): string | null {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', timeout: 5_000, stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD')
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}, with changes`
  } catch {
    return null // no git, or no repository: an installed package has neither
  }
}
