/**
 * The shipped worlds, by name.
 */
import { fileURLToPath } from 'node:url'
import type { World } from '../world.ts'
import { readWorldFile } from '../world-file.ts'

/** Reads `fixtures/worlds/<name>.json` with its tapes. */
export function shippedWorld(name: string): World {
  return readWorldFile(fileURLToPath(new URL(`../../../fixtures/worlds/${name}.json`, import.meta.url)))
}
