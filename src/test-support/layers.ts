/**
 * Who may import whom, as data: one line per folder, in the order of the road. A new folder needs a line here and one in
 * `src/README.md`.
 */
import type { Import, Source } from './source.ts'

interface Folder {
  readonly name: string
  readonly files: RegExp
  readonly layer: number
  /** Folders of the *same* layer it may import, besides itself. Lower layers are open. */
  readonly alongside?: readonly string[]
  /** Closes lower layers: only these folders may be imported. */
  readonly only?: readonly string[]
}

export const FOLDERS: readonly Folder[] = [
  { name: 'domain', files: /^src\/domain\//, layer: 0 },
  { name: 'seams', files: /^src\/seams\//, layer: 0 },
  { name: 'market', files: /^src\/market\//, layer: 1 },
  { name: 'journal', files: /^src\/journal\//, layer: 1 },
  { name: 'metrics', files: /^src\/metrics\//, layer: 1, alongside: ['journal'] },
  { name: 'venue', files: /^src\/venue\//, layer: 1, alongside: ['journal', 'metrics'] },
  { name: 'faults', files: /^src\/faults\//, layer: 1, alongside: ['journal'] },
  { name: 'execution', files: /^src\/execution\//, layer: 2 },
  { name: 'exchange', files: /^src\/exchange\//, layer: 2 },
  { name: 'report', files: /^src\/report\//, layer: 2, only: ['domain', 'seams', 'journal'] },
  { name: 'simulation', files: /^src\/simulation\//, layer: 3, alongside: ['src'] },
  { name: 'src', files: /^src\/[^/]+\.ts$/, layer: 3, alongside: ['simulation'] },
  { name: 'test-support', files: /^src\/test-support\//, layer: 3 },
  { name: 'scenarios', files: /^scenarios\//, layer: 4 },
]

/** The folder a file belongs to; undefined when nobody has said where it stands. */
export function folderOf(path: string): Folder | undefined {
  return FOLDERS.find((folder) => folder.files.test(path))
}

/** A test beside the source may use whatever exists below the scenarios: it proves, nothing is built on it. */
export function isTestCode(path: string): boolean {
  return /\.(?:test|bench)\.ts$|\/(?:test-support|mutants)\//.test(path)
}

/** Sentences about imports that point the wrong way, leave the repository's ways, or reach into test code. */
export function wrongImports(source: Source): string[] {
  const from = folderOf(source.path)
  if (from === undefined) return [`${source.path} has no layer - give its folder a line in src/test-support/layers.ts`]
  return source.imports.flatMap((imported) => {
    const problem = problemOf(source.path, from, imported)
    return problem === null ? [] : [`${source.path}:${imported.line} imports ${imported.specifier} - ${problem}`]
  })
}

function problemOf(path: string, from: Folder, imported: Import): string | null {
  const { target, typeOnly } = imported
  if (target === null) return null
  if (!target.endsWith('.ts')) return 'a relative import ends in .ts'
  const to = folderOf(target)
  if (to === undefined) return 'its target has no layer'
  if (isTestCode(path))
    return to.layer > 3 && from.layer <= 3 ? 'scenarios build on the source, not the other way' : null
  if (isTestCode(target) && from.name !== 'scenarios') return 'product code does not use test code'
  if (to === from) return null
  if (target === 'src/config.ts' && typeOnly) return null // the Config type is everybody's
  if (to.layer > from.layer)
    return `${from.name} (layer ${from.layer}) is below ${to.name} (layer ${to.layer}): turn it around`
  if (to.layer === from.layer && from.alongside?.includes(to.name) !== true) {
    return `${from.name} and ${to.name} stand side by side: move what both need down, or wire them together above`
  }
  if (from.only !== undefined && to.layer < from.layer && !from.only.includes(to.name)) {
    return `${from.name} may import ${from.only.join(', ')} alone`
  }
  return null
}
