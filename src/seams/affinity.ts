/**
 * Where a thread runs: pins the calling thread to one core, where that helps and can be done (D7).
 *
 * Node has no call for it; Linux has `sched_setaffinity(0, …)`, which moves the calling thread alone and which its later
 * child threads inherit. It is reached through koffi, loaded only when pinning is really tried (7 MB resident).
 */
import os from 'node:os'

export interface PinResult {
  readonly pinned: boolean
  /** One sentence for the operator when the thread runs unpinned; null when it is pinned. */
  readonly warning: string | null
}

/** What pinning depends on; a test passes its own machine. */
export interface Machine {
  readonly platform: string
  /** Cores this process may use. */
  readonly cores: number
  /** Restricts the calling thread to the cores whose bits are set; 0 on success. May reject. */
  setAffinity(mask: Uint8Array): Promise<number>
}

/**
 * Two threads of ours, the garbage collector's and compiler's helpers, and the kernel's work for two sockets: on fewer
 * cores, a thread nailed to one of them only waits for whatever else was put there.
 */
const CORES_NEEDED = 4
/** Bytes of the mask: 1,024 cores, the kernel's own default width. */
const MASK_BYTES = 128

/** Pins the calling thread to `core`, counted from 0. Never rejects: a run goes on unpinned, and says so once. */
export async function pinThisThread(core: number, machine: Machine = thisMachine): Promise<PinResult> {
  if (machine.platform !== 'linux') return unpinned(core, `pinning needs Linux, this is ${machine.platform}`)
  if (machine.cores < CORES_NEEDED) {
    return unpinned(core, `pinning helps from ${CORES_NEEDED} cores up, this process has ${machine.cores}`)
  }
  if (!Number.isInteger(core) || core < 0 || core >= MASK_BYTES * 8) {
    return unpinned(core, `a core is a whole number from 0 to ${MASK_BYTES * 8 - 1}`)
  }
  const mask = new Uint8Array(MASK_BYTES)
  mask[core >> 3] = 1 << (core & 7)
  try {
    if ((await machine.setAffinity(mask)) === 0) return { pinned: true, warning: null }
    return unpinned(core, 'the kernel refused it, as it does for a core outside the allowed set')
  } catch (error) {
    return unpinned(core, `the call cannot be made here (${error instanceof Error ? error.message : String(error)})`)
  }
}

function unpinned(core: number, why: string): PinResult {
  return { pinned: false, warning: `running unpinned instead of on core ${core}: ${why}; latency tails will be longer` }
}

/** The real call. Rejects where there is no koffi binary or no such libc. */
export async function callAffinity(mask: Uint8Array): Promise<number> {
  const { default: koffi } = await import('koffi')
  const libc = koffi.load('libc.so.6')
  const setAffinity = libc.func('int sched_setaffinity(int pid, size_t cpusetsize, const uint8_t *mask)')
  return setAffinity(0, mask.length, mask) as number
}

const thisMachine: Machine = {
  platform: process.platform,
  cores: os.availableParallelism(),
  setAffinity: callAffinity,
}
