/**
 * Loaded into a process before its own code (see patch.ts): every source file is as it stands, but for the one to be
 * patched. The patch is this module's own address, so that nothing else of the process need be told.
 */
import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { builtText, builtUrlOf, NOT_PATCHED, type Patch, patchedText, urlOf } from './patch.ts'

const patch = JSON.parse(new URL(import.meta.url).searchParams.get('patch') ?? 'null') as Patch
const url = urlOf(patch)
const builtUrl = builtUrlOf(patch)
const text = textOrExit()
let isLoaded = false

registerHooks({
  load(asked, context, nextLoad) {
    const loaded = nextLoad(asked, context)
    if (asked !== url && asked !== builtUrl) return loaded
    isLoaded = true
    return { ...loaded, source: asked === url ? text : builtText(text) }
  },
})

if (isMainThread) {
  process.on('exit', () => {
    if (!isLoaded) complain(`${patch.name}: ${patch.file} was never loaded`)
  })
}

function textOrExit(): string {
  try {
    return patchedText(patch)
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
    process.exit()
  }
}

function complain(message: string): void {
  process.exitCode = NOT_PATCHED
  process.stderr.write(`${message}\n`)
}
