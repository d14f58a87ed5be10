/**
 * A process that runs test files without vitest, for speed: `node test-main.ts [--only=title] file.test.ts …`. Says over its
 * channel, for every test, what went wrong with it; with nobody listening, on its output.
 */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { StandInTest } from './stand-in.ts'

export interface TestTold {
  readonly file: string
  readonly name: string
  /** Null: it passed. */
  readonly failure: string | null
  /** Schedules that were played in it, where somebody keeps them. */
  readonly schedules: readonly unknown[]
}

const STAND_IN = new URL('stand-in.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'vitest' || context.parentURL === STAND_IN) return nextResolve(specifier, context)
    return nextResolve(STAND_IN, context)
  },
})

const { takeTests } = (await import(STAND_IN)) as { takeTests: () => StandInTest[] }
const kept = globalThis as { playedSchedules?: unknown[] }

const ONLY = '--only='
const words = process.argv.slice(2)
const only = words.find((word) => word.startsWith(ONLY))?.slice(ONLY.length)
for (const file of words.filter((word) => !word.startsWith(ONLY))) {
  await import(pathToFileURL(file).href)
  for (const { name, run } of takeTests()) {
    if (only !== undefined && name !== only && !name.startsWith(`${only}:`)) continue
    kept.playedSchedules = []
    tell({ file, name, failure: await run().then(() => null, inWords), schedules: kept.playedSchedules })
  }
}
process.disconnect?.()

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function tell(told: TestTold): void {
  if (process.send === undefined) process.stdout.write(`${told.failure ?? 'ok'}: ${told.name}\n`)
  else process.send(told)
}
