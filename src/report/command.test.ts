import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { reportFromJournals, runReport } from './command.ts'
import { quote, rerunCommand } from './scenario.ts'
import { cleanTrade, JournalText } from './test-support/journal-text.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function report(...argv: readonly string[]): Promise<Said> {
  let out = ''
  let err = ''
  const code = await runReport(argv, { write: (text) => (out += text) }, { write: (text) => (err += text) })
  return { code, out, err }
}

function put(name: string, journal: JournalText): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, journal.text())
  return path
}

function whole(): JournalText {
  const journal = new JournalText()
  cleanTrade(journal, 'one', 100, 500)
  return journal.finish(1_000)
}

test('a folder of journals becomes a page, JUnit and JSON, and exits 0 when every promise held', async () => {
  put('journals/01/a.jsonl', whole())
  put('journals/02/b.jsonl', whole())
  const out = join(folder, 'out')
  const said = await report(join(folder, 'journals'), '--out', out)
  expect(said).toMatchObject({ code: 0, err: '' })
  expect(said.out).toContain('pass: 2 passed, 0 failed, 0 skipped, 0 not judged')
  expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('PASS')
  expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toContain('tests="2"')
})

test('a stored report renders again to the same page', async () => {
  const out = join(folder, 'out')
  await report(put('a.jsonl', whole()), `--out=${out}`)
  const again = await report(join(out, 'report.json'), '--out', join(folder, 'again'))
  expect(again.code).toBe(0)
  const page = (place: string): string => readFileSync(join(folder, place, 'index.html'), 'utf8')
  expect(page('again')).toBe(page('out'))
})

test('a broken promise exits 1, and so does a journal that is cut off', async () => {
  const naked = new JournalText().plan(100, 'one', 50)
  naked.order('one', { place: 0, leg: 'long', lots: 50, sentMs: 100, filledMs: 101 })
  const cut = put('cut.jsonl', naked)
  expect(await report(cut, '--out', folder)).toMatchObject({ code: 1 })
  const broken = put('naked.jsonl', naked.finish(9_000))
  const said = await report(broken, '--out', folder)
  expect(said.code).toBe(1)
  expect(said.out).toContain('1 scenario failed')
})

test('bad input exits 2, writes nothing, and names every problem at once', async () => {
  const text = join(folder, 'notes.jsonl')
  writeFileSync(text, 'hello\n')
  mkdirSync(join(folder, 'empty'))
  const out = join(folder, 'out')
  const files = await report(text, join(folder, 'none.jsonl'), join(folder, 'empty'), '--out', out)
  expect(files.code).toBe(2)
  expect(files.err.trimEnd().split('\n')).toHaveLength(3)
  expect(files.err).toContain('none.jsonl does not exist')
  expect(files.err).toContain('empty holds no journal')
  expect(files.err).toContain('notes.jsonl is not a journal of a run')
  expect(existsSync(out)).toBe(false)
  const words = await report('--colour', '--out')
  expect(words).toMatchObject({ code: 2 })
  expect(words.err).toContain('unknown argument "--colour"')
  expect(words.err).toContain('--out needs a value')
})

test('help says what it does and exits 0', async () => {
  const said = await report('--help')
  expect(said.code).toBe(0)
  expect(said.out).toContain('--out DIR')
})

test('a journal alone names its seed and target in the command that runs it again', () => {
  const document = reportFromJournals([put('a.jsonl', whole())])
  expect(document.scenarios[0]?.rerun).toBe('SCENARIO_TARGET=embedded RUN_SEED=20260101 npx bybit-synthetic-test run')
})

test('words for the shell are quoted where they need it', () => {
  expect(quote('plain-1.0/x')).toBe('plain-1.0/x')
  expect(quote("it's $HOME")).toBe(`'it'\\''s $HOME'`)
  expect(rerunCommand(null, 'a b', 'x')).toBe("RUN_SEED='a b' x")
})
