/**
 * Before a run writes its journal: what lies there already, and what its run may have left at the venue.
 *
 *   nothing, or ended flat ─────────────► the file makes way
 *   never ended (killed) ───────────────► put aside as journal-<run id>.jsonl; the new journal begins with what was left
 *   still being written ────────────────► waited for, then refused
 *   never ended, at another venue or key ► refused by name
 *
 * At every moment `journal.jsonl` is the old journal or a new one that begins with what the old one left: whenever this
 * process is killed, the next one finds it.
 */
import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from './config.ts'
import type { Leftover } from './domain/leftover.ts'
import { openJournal } from './journal/append.ts'
import { leftoverOf } from './journal/leftover.ts'
import { readJournal } from './journal/read.ts'
import type { Run } from './journal/run.ts'
import { accountOf } from './run-start.ts'
import type { Clock } from './seams/clock.ts'

export interface MakeWayOptions {
  /** Where the new run is going to write. */
  readonly journalPath: string
  /** The journal whose leftovers are asked for by name; null: what lies at `journalPath`. */
  readonly recoverFile: string | null
  /** Where, and with which key, the new run trades. */
  readonly config: Config
  readonly clock: Clock
  /** Lines for people. */
  print(text: string): void
}

/** What lies there cannot make way; the message says why and what to do. */
export class InTheWayError extends Error {}

/** A runtime writes at least every second; a journal that has not grown for so long has no writer, ms. */
const SILENT_MS = 2_000
/** A runtime whose parent was killed closes its trades by itself; it is given so long to end, ms. */
const END_MAX_MS = 20_000
const LOOK_EVERY_MS = 100

/** Clears `journalPath` and answers with what must be recovered first, which then is the journal's first line. */
export async function makeWay(options: MakeWayOptions): Promise<Leftover | null> {
  const { journalPath, recoverFile, config, print } = options
  const source = recoverFile ?? journalPath
  if (recoverFile !== null && recoverFile !== journalPath) refuseSecond(journalPath)
  const run = existsSync(source) ? await readEnded(source, options) : null
  const leftover = run === null ? null : leftoverOf(run, { asked: recoverFile !== null })
  if (run !== null && leftover === null) remindOf(run, options)
  if (leftover === null || vanished(run!, leftover, config)) {
    rmSync(journalPath, { force: true })
    return null
  }
  refuseForeign(source, leftover, config)
  const runId = leftover.runIds.at(-1)!
  print(
    `${source}: run ${runId} never ended; what it left is closed first (${leftover.orders.length} orders are asked about)`,
  )
  if (source === journalPath) putAside(journalPath, runId)
  begin(journalPath, leftover, options)
  return leftover
}

/** A journal that was put aside before keeps its name: the runs of a chain are recovered under their own. */
function putAside(journalPath: string, runId: string): string {
  const aside = join(dirname(journalPath), `journal-${runId}.jsonl`)
  if (!existsSync(aside)) copyFileSync(journalPath, aside)
  return aside
}

/** The new journal appears whole, in place of the old one. */
function begin(journalPath: string, leftover: Leftover, { config, clock }: MakeWayOptions): void {
  const path = `${journalPath}.new`
  rmSync(path, { force: true })
  const journal = openJournal({ path, by: 'harness', clock, secrets: [config.apiSecret, config.apiKey] })
  journal.append('recovery.started', leftover)
  journal.close()
  renameSync(path, journalPath)
}

/** Reads the journal once nobody writes it any more. */
async function readEnded(path: string, { clock }: MakeWayOptions): Promise<Run> {
  const giveUpUs = clock.nowUs() + END_MAX_MS * 1000
  for (;;) {
    const { size, mtimeMs } = statSync(path)
    const run = readable(path)
    // The venue is asked for its books when the runtime is gone: its parent has seen it die.
    if (run.finished !== null || run.truth !== null) return run
    const silentMs = clock.wallMs() - mtimeMs
    if (silentMs >= SILENT_MS || silentMs < -SILENT_MS) return run
    if (clock.nowUs() >= giveUpUs) {
      throw new InTheWayError(
        `${path} is still being written: another run uses this folder; stop it, or give --out another`,
      )
    }
    while (statSync(path).size === size && clock.wallMs() - mtimeMs < SILENT_MS) await clock.sleep(LOOK_EVERY_MS)
  }
}

/** A journal too long to be read at once, or of somebody else's, is not deleted unread. */
function readable(path: string): Run {
  try {
    return readJournal(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new InTheWayError(`${path} cannot be read (${why}): its run may have left positions; move it away to go on`)
  }
}

/** A mock venue of a run's own is gone with it. */
function vanished(run: Run, leftover: Leftover, config: Config): boolean {
  const isOwnVenue = ['embedded', 'container'].includes(String(run.started?.data.target ?? ''))
  return isOwnVenue && leftover.restUrl !== config.restUrl
}

function refuseForeign(path: string, { runIds, restUrl, account }: Leftover, config: Config): void {
  const whose = `${path}: run ${runIds.at(-1)} never ended and may have left positions`
  const ways = 'start against that one to recover them, give --out another folder, or remove the file'
  if (restUrl !== config.restUrl) {
    throw new InTheWayError(`${whose} at ${restUrl}, but this run is for ${config.restUrl}: ${ways}`)
  }
  if (account !== null && account !== accountOf(config)) {
    throw new InTheWayError(`${whose} on another account (its API key was another): ${ways}`)
  }
}

function refuseSecond(journalPath: string): void {
  if (!existsSync(journalPath) || leftoverOf(readJournal(journalPath)) === null) return
  throw new InTheWayError(`${journalPath} is of a run that never ended: recover that one first, without --recover`)
}

/** A run that ended and named what it left is not touched unasked (D11). */
function remindOf({ started, finished }: Run, { journalPath, print }: MakeWayOptions): void {
  const left = finished?.data.tradesLeftOpen ?? []
  if (left.length === 0 || started === null) return
  const what = left.map(
    ({ symbol, longLots, shortLots }) => `${symbol} long ${longLots ?? 0}, short ${shortLots ?? 0} lots`,
  )
  const aside = putAside(journalPath, started.data.runId)
  print(`The run before ended with ${what.join('; ')} open. To close that first: run --recover ${aside}`)
}
