/**
 * What a test file gets for `vitest` in a process without it: the same assertions, and tests as a list.
 */
import { expect as vitestExpect } from 'vitest'
import { systemClock } from '../../seams/clock.ts'

type Body = (...args: unknown[]) => unknown

export interface StandInTest {
  readonly name: string
  readonly run: () => Promise<void>
}

const tests: StandInTest[] = []
const finishers: (() => unknown)[] = []
const before: (() => unknown)[] = []
const after: (() => unknown)[] = []

/** The tests of the file imported last, in their order, each between what its file does before and after each. */
export function takeTests(): StandInTest[] {
  const [first, last] = [before.splice(0), after.splice(0)]
  return tests.splice(0).map(({ name, run }) => ({
    name,
    run: async () => {
      for (const act of first) await act()
      try {
        await run()
      } finally {
        for (const act of last) await act()
      }
    },
  }))
}

export const expect = Object.assign((value: unknown) => vitestExpect(value), vitestExpect, { poll })

const POLL_MAX_MS = 1_000
const POLL_EVERY_MS = 20

type Matchers = Readonly<Record<string, (...args: unknown[]) => unknown>>

/** Reads until the matcher is content, or time is up. */
function poll(read: () => unknown, { timeout = POLL_MAX_MS }: { readonly timeout?: number } = {}): unknown {
  const attempt = async (matcher: string, args: readonly unknown[]): Promise<void> => {
    const giveUpUs = systemClock.nowUs() + timeout * 1_000
    for (;;) {
      try {
        ;(vitestExpect(await read()) as unknown as Matchers)[matcher]!(...args)
        return
      } catch (error) {
        if (systemClock.nowUs() > giveUpUs) throw error
        await systemClock.sleep(POLL_EVERY_MS)
      }
    }
  }
  return new Proxy(
    {},
    {
      get:
        (_, matcher) =>
        (...args: unknown[]) =>
          attempt(String(matcher), args),
    },
  )
}

export function beforeEach(act: () => unknown): void {
  before.push(act)
}

export function afterEach(act: () => unknown): void {
  after.push(act)
}

export function onTestFinished(act: () => unknown): void {
  finishers.push(act)
}

export const test = Object.assign((name: string, ...rest: unknown[]) => add(name, bodyOf(rest)), {
  each,
  for: forEach,
})

/** The rows of `test.each`; the name's first place holder is filled, which is enough to tell the rows apart. */
function each(rows: readonly unknown[]): (name: string, ...rest: unknown[]) => void {
  return (name, ...rest) => {
    for (const row of rows) {
      const args = Array.isArray(row) ? (row as unknown[]) : [row]
      add(labelled(name, row), () => bodyOf(rest)(...args, context()))
    }
  }
}

/** As `each`, but a row is handed over whole. */
function forEach(rows: readonly unknown[]): (name: string, ...rest: unknown[]) => void {
  return (name, ...rest) => {
    for (const row of rows) add(labelled(name, row), () => bodyOf(rest)(row, context()))
  }
}

function labelled(name: string, row: unknown): string {
  return name.replace(/%[sdij]|\$\w+/, () => String(Array.isArray(row) ? row[0] : row))
}

function add(name: string, body: Body): void {
  const run = async (): Promise<void> => {
    try {
      await body(context())
    } finally {
      for (const act of finishers.splice(0).reverse()) await act()
    }
  }
  tests.push({ name, run })
}

function bodyOf(rest: readonly unknown[]): Body {
  return rest.find((each) => typeof each === 'function') as Body
}

function context(): { task: { meta: object } } {
  return { task: { meta: {} } }
}
