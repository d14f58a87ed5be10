import { defineConfig } from 'vitest/config'

/**
 * Two projects: `unit` lives beside the source, `scenarios` is the product.
 *
 * Naming a target (`SCENARIO_TARGET=demo vitest`) asks for the scenarios, so only that project is offered then.
 * Scenario files run one after another, each in a process of its own: they measure latency and share two cores.
 */
const unit = {
  test: {
    name: 'unit',
    include: ['src/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
}

const scenarios = {
  test: {
    name: 'scenarios',
    include: ['scenarios/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 30_000,
    globalSetup: ['scenarios/support/global-setup.ts'],
    fileParallelism: false,
    maxConcurrency: 1,
    sequence: { groupOrder: 1 },
  },
}

export default defineConfig({
  test: {
    projects: process.env['SCENARIO_TARGET'] === undefined ? [unit, scenarios] : [scenarios],
    pool: 'forks',
    retry: 0,
    reporters: ['default', './scenarios/support/reporter.ts'],
  },
})
