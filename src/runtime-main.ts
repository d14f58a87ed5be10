/**
 * The runtime's process: gets its configuration over IPC, runs until a signal, its own end, or its parent's.
 *
 * First signal: stop entries, close every trade, summary, exit. Second signal: stop at once and say what stays open.
 */

import { openJournal } from './journal/append.ts'
import type { LaunchMessage, RuntimeMessage } from './launch.ts'
import type { Runtime } from './runtime.ts'
import { createRuntime } from './runtime.ts'
import { systemClock } from './seams/clock.ts'

const EXIT_FAILED = 1

// Whoever read our lines may be gone; that must not disturb the closing of trades.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

process.once('message', (message: LaunchMessage) => {
  void main(message)
})

async function main({ config, journalPath, plannedFaults, leftover }: LaunchMessage): Promise<void> {
  const clock = systemClock
  const journal = openJournal({ path: journalPath, by: 'runtime', clock, secrets: [config.apiSecret, config.apiKey] })
  const runtime = createRuntime({
    config,
    clock,
    journal,
    plannedFaults,
    leftover,
    print: (text) => process.stdout.write(`${text}\n`),
    onProgress: (progress) => send({ is: 'progress', progress }),
  })
  listen(runtime)
  try {
    await runtime.start()
    send({ is: 'ready' })
  } catch (error) {
    process.stderr.write(`could not start: ${messageOf(error)}\n`)
    void runtime.stop(`could not start: ${messageOf(error)}`, EXIT_FAILED)
  }
  const result = await runtime.finished
  send({ is: 'finished', result })
  journal.close()
  if (process.connected) process.disconnect()
  process.exit(result.exitCode)
}

function listen(runtime: Runtime): void {
  let signals = 0
  const onSignal = (name: NodeJS.Signals): void => {
    signals += 1
    if (signals === 1) void runtime.stop(name)
    else process.exit(runtime.abandon(`second ${name}`))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.on('disconnect', () => void runtime.stop('the parent process is gone'))
  // A bug of ours must not leave trades open: close what there is, then fail.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`internal error: ${error.stack ?? error.message}\n`)
    void runtime.stop(`internal error: ${error.message}`, EXIT_FAILED)
  })
}

/** A parent that has just gone is learnt of by 'disconnect'; without somebody to tell, a failed send would be a bug of ours. */
function send(message: RuntimeMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
