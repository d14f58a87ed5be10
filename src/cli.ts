#!/usr/bin/env node
/**
 * `bybit-synthetic-test`: one word, then what belongs to it. Loads only what the word needs.
 */
const HELP = `usage: bybit-synthetic-test run | exchange | check | report | explore | soak   (each has --help)

  run       trade synthetic opportunities until a signal, then close everything and judge the run
  exchange  a local Bybit v5 venue for any bot in any language
  check     a verdict on whatever traded at an exchange with --journal
  report    journals in, one self-contained HTML page out
  explore   schedules nobody thought of, in virtual time; a minimal one for whatever fails
  soak      a day of trading and of trouble in minutes, in virtual time
`

async function main([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'run':
      return (await import('./run-command.ts')).runRun(rest)
    case 'exchange':
      return (await import('./exchange/command.ts')).runExchange(rest)
    case 'check':
      return (await import('./check-command.ts')).runCheck(rest)
    case 'report':
      return (await import('./report/command.ts')).runReport(rest)
    case 'explore':
      return (await import('./explore-command.ts')).runExplore(rest)
    case 'soak':
      return (await import('./soak-command.ts')).runSoak(rest)
    case '--help':
    case '-h':
      process.stdout.write(HELP)
      return 0
    default:
      process.stderr.write(
        `${command === undefined ? 'no command' : `unknown command ${JSON.stringify(command)}`}\n${HELP}`,
      )
      return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
