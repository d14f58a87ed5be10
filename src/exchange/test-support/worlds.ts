/**
 * The shipped worlds, by name.
 */
import { readFileSync } from 'node:fs'
import { parseWorld, type World } from '../world.ts'

/** Reads `fixtures/worlds/<name>.json`. */
export function shippedWorld(name: string): World {
  const file = new URL(`../../../fixtures/worlds/${name}.json`, import.meta.url)
  return parseWorld(JSON.parse(readFileSync(file, 'utf8')))
}
