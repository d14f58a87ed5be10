import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { Machine } from './affinity.ts'
import { pinThisThread } from './affinity.ts'

const eightCores: Machine = { platform: 'linux', cores: 8, setAffinity: async () => 0 }

test('a thread is pinned to exactly the core named', async () => {
  const masks: Uint8Array[] = []
  const machine: Machine = {
    ...eightCores,
    setAffinity: async (mask) => {
      masks.push(mask)
      return 0
    },
  }
  expect(await pinThisThread(2, machine)).toEqual({ pinned: true, warning: null })
  expect(await pinThisThread(13, machine)).toEqual({ pinned: true, warning: null })
  expect([...masks[0]!].map((bits, byte) => [byte, bits]).filter(([, bits]) => bits !== 0)).toEqual([[0, 4]])
  expect([...masks[1]!].map((bits, byte) => [byte, bits]).filter(([, bits]) => bits !== 0)).toEqual([[1, 32]])
})

const refusals: readonly (readonly [string, number, Machine, RegExp])[] = [
  ['another platform', 1, { ...eightCores, platform: 'darwin' }, /pinning needs Linux, this is darwin/],
  ['too few cores', 1, { ...eightCores, cores: 3 }, /pinning helps from 4 cores up, this process has 3/],
  ['a core the kernel refuses', 7, { ...eightCores, setAffinity: async () => -1 }, /the kernel refused it/],
  ['no way to call', 1, { ...eightCores, setAffinity: () => Promise.reject(new Error('no libc')) }, /\(no libc\)/],
  ['no core at all', -1, eightCores, /whole number from 0 to 1023/],
]

test.each(refusals)('%s: the run goes on unpinned and one sentence says why', async (_, core, machine, why) => {
  const result = await pinThisThread(core, machine)
  expect(result.pinned).toBe(false)
  expect(result.warning).toMatch(why)
  expect(result.warning).toContain(`core ${core}`)
})

test.skipIf(process.platform !== 'linux')(
  'on this kernel a pinned thread may run on that core alone (skipped elsewhere: the call is Linux)',
  async () => {
    const core = Number(/^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))![1])
    // Whatever the number of cores here: the rule about it has its own test.
    const script = `
      const { parentPort } = require('node:worker_threads')
      const { readFileSync } = require('node:fs')
      import(${JSON.stringify(new URL('./affinity.ts', import.meta.url).href)}).then(async ({ callAffinity, pinThisThread }) => {
        const machine = { platform: 'linux', cores: 4, setAffinity: callAffinity }
        const result = await pinThisThread(${core}, machine)
        parentPort.postMessage({ result, status: readFileSync('/proc/thread-self/status', 'utf8') })
      })`
    const worker = new Worker(script, { eval: true })
    const seen = await new Promise<{ result: unknown; status: string }>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
    })
    expect(seen.result).toEqual({ pinned: true, warning: null })
    expect(/^Cpus_allowed_list:\s+(.*)$/m.exec(seen.status)![1]).toBe(String(core))
  },
)
