/**
 * Where the scenarios find and leave things.
 */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** `SCENARIO_REPORTS` puts everything a run leaves elsewhere, so that one run does not overwrite another's. */
export const REPORTS = process.env['SCENARIO_REPORTS'] ?? 'reports'
export const JOURNALS = resolve(ROOT, REPORTS, 'journals')
/** `SCENARIO_NODE_ARGUMENTS`: a JSON list of further arguments to the runtime's Node, e.g. `["--cpu-prof"]`. */
export const NODE_ARGUMENTS = JSON.parse(process.env['SCENARIO_NODE_ARGUMENTS'] ?? '[]') as string[]
export const WORLDS = join(ROOT, 'fixtures', 'worlds')
/** The built modules: runtime and mock venue run as they are shipped. */
export const BUILT = join(ROOT, 'dist', 'src')
