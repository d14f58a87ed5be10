/**
 * What stands behind a command on its command line: options with a value, and plain words. The same for every command.
 *
 *   ['a.jsonl', '--out', 'x', '--bounds=b.json'] ─► options { --out: x, --bounds: b.json }, words [a.jsonl]
 */
export interface Arguments {
  readonly options: ReadonlyMap<string, string>
  readonly words: readonly string[]
}

export interface Allowed {
  /** As told to whoever gives another one; the first word is the name: "--out DIR". */
  readonly options: readonly string[]
  /** Whether words that are no option are meant. */
  readonly words: boolean
}

/**
 * Reads the arguments; everything that is wrong goes to `problems`, and is left out. A value that was forgotten does not
 * swallow the next option; one that itself begins with "--" is given behind "=".
 */
export function readArguments(argv: readonly string[], allowed: Allowed, problems: string[]): Arguments {
  const names = allowed.options.map((option) => option.split(' ', 1)[0]!)
  const options = new Map<string, string>()
  const words: string[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!
    const [name = '', inline] = word.startsWith('-') ? word.split(/=(.*)/s) : [word]
    if (!names.includes(name)) {
      if (allowed.words && !word.startsWith('-')) words.push(word)
      else problems.push(`unknown argument ${JSON.stringify(word)}; allowed: ${allowed.options.join(', ')}, --help`)
      continue
    }
    const value = inline ?? (argv[at + 1]?.startsWith('--') ? undefined : argv[++at])
    if (options.has(name)) problems.push(`${name} is given twice`)
    if (value === undefined || value === '') problems.push(`${name} needs a value`)
    else if (!options.has(name)) options.set(name, value)
  }
  return { options, words }
}

/** Where a command writes: a stream of the process, or a test's. */
export interface Output {
  write(text: string): unknown
}

/** Writes the help when it is asked for, and says whether it was. */
export function givesHelp(argv: readonly string[], help: string, stdout: Output): boolean {
  const isAsked = argv.includes('--help') || argv.includes('-h')
  if (isAsked) stdout.write(help)
  return isAsked
}

/** Names every problem on a line of its own, under the command's name; returns the exit code of bad input. */
export function refuseInput(command: string, problems: readonly string[], stderr: Output): number {
  stderr.write(problems.map((problem) => `${command}: ${problem}\n`).join(''))
  return 2
}
