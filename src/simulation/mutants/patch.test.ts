import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { builtText, NOT_PATCHED, type Patch, patchArguments } from './patch.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

const SWAPPED: Patch = {
  name: 'sides swapped',
  file: 'src/domain/order.ts',
  find: "? 'sell' : 'buy'",
  replace: "? 'buy' : 'sell'",
}

const ASK = "import { sideOf } from './src/domain/order.ts'; process.stdout.write(sideOf('long', false))"
const ASK_IN_THREAD = `import { Worker } from 'node:worker_threads'
  import './src/domain/order.ts'
  new Worker("import('./src/domain/order.ts').then((m) => process.stdout.write(m.sideOf('long', false)))", { eval: true })`

async function run(code: string, patch?: Patch): Promise<{ code: unknown; out: string; err: string }> {
  const argv = [...(patch === undefined ? [] : patchArguments(patch)), '--input-type=module', '-e', code]
  const child = spawn(process.execPath, argv, { cwd: ROOT })
  const [[exitCode], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  return { code: exitCode, out, err }
}

test('a child runs the patched source, and without the patch the source', async () => {
  expect(await run(ASK)).toEqual({ code: 0, out: 'buy', err: '' })
  expect(await run(ASK, SWAPPED)).toEqual({ code: 0, out: 'sell', err: '' })
})

test('what was built of a source is patched like the source', () => {
  const source =
    "import type { A } from './a.ts'\nimport { b } from '../b.ts'\nexport const c = (d: A): number => b(d)\n"
  expect(builtText(source).replace(/ +/g, ' ')).toBe(" \nimport { b } from '../b.js'\nexport const c = (d ) => b(d)\n")
})

test('the threads of a child run it too', async () => {
  expect(await run(ASK_IN_THREAD, SWAPPED)).toEqual({ code: 0, out: 'sell', err: '' })
})

test.each([
  ['is not there', 'found 0 times', "? 'sell' : 'bid'"],
  ['is there twice', 'times in src/domain/order.ts, must be once', "'sell'"],
])('a patch whose text %s ends the child before it begins', async (_, complaint, find) => {
  const told = await run(ASK, { ...SWAPPED, find })
  expect([told.code, told.out]).toEqual([NOT_PATCHED, ''])
  expect(told.err).toContain(complaint)
})

test('a patch of a file that is never loaded is no patch: the child says so at its end', async () => {
  const told = await run("process.stdout.write('done')", SWAPPED)
  expect(told).toEqual({
    code: NOT_PATCHED,
    out: 'done',
    err: 'sides swapped: src/domain/order.ts was never loaded\n',
  })
})
