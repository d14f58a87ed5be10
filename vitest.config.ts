import { defineConfig } from 'vitest/config'

/** What runs whole processes or sockets against bounds in time, and so wants the machine for itself. */
const TARGETS = [
  'src/demo-target.test.ts',
  'src/container-target.test.ts',
  'src/can-fail.test.ts',
  'src/simulation/matrix-sockets.test.ts',
]

/** Who takes longer than this, also on a machine many times slower, hangs. What must be quick is measured and judged. */
const HANGS_MS = 180_000

/**
 * Three projects: `unit` lives beside the source, `scenarios` is the product, `targets` shows the other targets.
 *
 * Naming a target (`SCENARIO_TARGET=demo vitest`) asks for the scenarios, so only that project is offered then.
 * Scenario files run one after another, each in a process of its own: they measure latency and share two cores.
 */
const unit = {
  test: {
    name: 'unit',
    include: ['src/**/*.test.ts'],
    exclude: TARGETS,
    // Vitest leaves a core to itself: of two that would be every other one.
    maxWorkers: '100%',
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
  },
}

const scenarios = {
  test: {
    name: 'scenarios',
    include: ['scenarios/*.test.ts'],
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    globalSetup: ['scenarios/support/global-setup.ts'],
    fileParallelism: false,
    maxConcurrency: 1,
    sequence: { groupOrder: 1 },
  },
}

/** The scenarios once more, at a venue whose world cannot be set, and the container: without the unit tests beside, since bounds in time are kept. */
const targets = {
  test: {
    name: 'targets',
    include: TARGETS,
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    globalSetup: ['scenarios/support/global-setup.ts'],
    fileParallelism: false,
    sequence: { groupOrder: 2 },
  },
}

export default defineConfig({
  test: {
    projects: process.env['SCENARIO_TARGET'] === undefined ? [unit, scenarios, targets] : [scenarios],
    pool: 'forks',
    retry: 0,
    reporters: ['default', './scenarios/support/reporter.ts'],
  },
})
