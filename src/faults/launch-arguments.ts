/**
 * How to start a process with faults mounted: what a launcher adds to the runtime's arguments and environment.
 */
export interface FaultLaunch {
  readonly planPath?: string
  readonly handlersPath?: string
  /** The run's journal, to which applied faults are appended. */
  readonly journalPath: string
}

/** Node options (also for workers started with an `execArgv` of their own) and environment variables to add. */
export function faultLaunchArguments(launch: FaultLaunch): {
  readonly execArgv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
} {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const preload = new URL(`./preload${extension}`, import.meta.url).href
  return {
    execArgv: ['--import', preload],
    environment: {
      FAULT_JOURNAL: launch.journalPath,
      ...(launch.planPath === undefined ? {} : { FAULT_PLAN: launch.planPath }),
      ...(launch.handlersPath === undefined ? {} : { FAULT_HANDLERS: launch.handlersPath }),
    },
  }
}
