/**
 * Plays schedules in a child process, with or without a patch in its sources. A child that dies or hangs is replaced.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../seams/clock.ts'
import type { Schedule } from '../stage.ts'
import { compileCache } from './compile-cache.ts'
import { NOT_PATCHED, type Patch, patchArguments } from './patch.ts'
import type { Played } from './played.ts'

export interface Player {
  play(schedule: Schedule): Promise<Played>
  [Symbol.dispose](): void
}

/** Real time; schedules take milliseconds, and a loop without end never gives in. */
const HANGS_MS = 300_000
const MAIN = fileURLToPath(new URL('player-main.ts', import.meta.url))

/** A child is started with the first schedule. Throws when the patch cannot be applied. */
export function createPlayer(patch: Patch | null): Player {
  let child: ChildProcess | null = null
  return {
    play(schedule) {
      child ??= start(patch)
      const asked = child
      return new Promise((resolve, reject) => {
        let said = ''
        const settle = (act: () => void): void => {
          stopWaiting()
          asked.removeAllListeners()
          asked.stderr?.removeAllListeners()
          act()
        }
        const lose = (failure: string): void => {
          child = null
          settle(() => resolve({ failure }))
        }
        const stopWaiting = systemClock.after(HANGS_MS, () => {
          asked.kill('SIGKILL')
          lose('the process hangs')
        })
        asked.stderr?.on('data', (text: string) => {
          said += text
        })
        asked.once('message', (played: Played) => settle(() => resolve(played)))
        asked.once('close', (code) => {
          if (code === NOT_PATCHED) return settle(() => reject(new Error(said)))
          lose(`the process died: ${lastError(said)}`)
        })
        asked.send(schedule)
      })
    },
    [Symbol.dispose]() {
      child?.kill('SIGKILL')
      child = null
    },
  }
}

function start(patch: Patch | null): ChildProcess {
  const child = fork(MAIN, [], {
    execArgv: patch === null ? [] : patchArguments(patch),
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache() },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  child.stderr?.setEncoding('utf8')
  return child
}

function lastError(said: string): string {
  return /^\w*Error\b.*$/m.exec(said)?.[0] ?? said.trim().split('\n').at(-1) ?? ''
}
