/**
 * What a test file gets for `vitest` in a process without it: the same assertions, and tests as a list.
 */
import { expect as vitestExpect } from 'vitest'

type Body = (...args: unknown[]) => unknown

export interface StandInTest {
  readonly name: string
  readonly run: () => Promise<void>
}

/** The tests of the files imported so far, in their order. */
export const tests: StandInTest[] = []
const finishers: (() => unknown)[] = []

export const expect = vitestExpect

export function onTestFinished(act: () => unknown): void {
  finishers.push(act)
}

export const test = Object.assign((name: string, ...rest: unknown[]) => add(name, bodyOf(rest)), { each })

/** The rows of `test.each`; the name's first place holder is filled, which is enough to tell the rows apart. */
function each(rows: readonly unknown[]): (name: string, ...rest: unknown[]) => void {
  return (name, ...rest) => {
    for (const row of rows) {
      const args = Array.isArray(row) ? (row as unknown[]) : [row]
      const label = name.replace(/%[sdij]|\$\w+/, () => String(args[0]))
      add(label, () => bodyOf(rest)(...args, context()))
    }
  }
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
