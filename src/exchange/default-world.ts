/**
 * The world a venue starts in when none is named: the calm one that comes with the package.
 */
import { fileURLToPath } from 'node:url'

/**
 * The file of that world, as a path, for a module of this folder. Built modules lie one folder deeper
 * (`dist/src/exchange`) than sources (`src/exchange`); `fixtures` is at the package's root for both.
 */
export function calmWorldFrom(moduleUrl: string): string {
  const root = moduleUrl.endsWith('.ts') ? '../../' : '../../../'
  return fileURLToPath(new URL(`${root}fixtures/worlds/calm.json`, moduleUrl))
}

export const DEFAULT_WORLD = calmWorldFrom(import.meta.url)
