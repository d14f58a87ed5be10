/**
 * Handlers in MSW's own style at the venue's door. Loads MSW, so it is loaded itself only when there are some.
 */
import { pathToFileURL } from 'node:url'
import type { RequestHandler } from 'msw'
import { getResponse } from 'msw/utils/get-response'
import { isPassthroughResponse } from 'msw/utils/passthrough'
import type { Answer } from '../faults/rest-fate.ts'

/** What the user's handlers answer a request; null when they leave it to the venue. */
export type AskHandlers = (asked: Request) => Promise<Answer | null>

export function askHandlers(handlers: readonly RequestHandler[]): AskHandlers {
  return async (asked) => {
    const told = await getResponse([...handlers], asked)
    if (told === undefined || isPassthroughResponse(told)) return null
    return { status: told.status, headers: Object.fromEntries(told.headers), text: await told.text() }
  }
}

/** The default export of a user's module: an array of MSW `http` handlers. Throws what is wrong with it. */
export async function readHandlersFile(path: string): Promise<AskHandlers> {
  const { default: handlers } = (await import(pathToFileURL(path).href)) as { readonly default: unknown }
  if (Array.isArray(handlers) && handlers.every(isHandler)) return askHandlers(handlers)
  throw new TypeError('its default export must be an array of MSW http handlers')
}

function isHandler(value: unknown): value is RequestHandler {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'request'
}
