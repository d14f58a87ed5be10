/** Wire rows for tests: whole ones, read from the fixtures, with the fields a test cares about changed. */
import { readFileSync } from 'node:fs'

type Row = Record<string, unknown>

export function fixture(name: string): Row {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/wire/${name}.json`, import.meta.url), 'utf8')) as Row
}

export const orderRow = (change: Row): Row => ({ ...first('rest-order-realtime'), ...change })
export const executionRow = (change: Row): Row => ({ ...first('rest-execution-list'), ...change })
export const positionRow = (change: Row): Row => ({ ...first('rest-position-list'), ...change })
export const instrumentRow = (change: Row): Row => ({ ...first('rest-instruments'), ...change })

function first(name: string): Row {
  return (fixture(name)['result'] as { list: Row[] }).list[0]!
}
