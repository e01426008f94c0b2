import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { longestFirst } from './scripts/longest-first.ts'
import { COUNTS_FILE_VARIABLE, testCountsReporter } from './scripts/test-counts.ts'

/**
 * Five kinds of test, told apart by where they lie and how their file is named. `unit` and `fuzz` share nothing; `ui` draws the
 * screens of the app in Chromium; `e2e` and `claims` start real programs, each file its own on ports of its own, so that they
 * run side by side but get time to do it; `house` proves that the repository's own rules bite. What measures a time runs alone,
 * when the others are done. Files of a project share their workers, so that what they import is read once for many of them.
 */
const countsFile = process.env[COUNTS_FILE_VARIABLE]
const elsewhere = ['**/node_modules/**', '**/dist/**']
/** Files of tests that run whole systems side by side: half of what they take is waiting for programs to start and to end. */
const PROGRAMS_AT_ONCE = availableParallelism() + 2
const MEASURED = ['e2e/claims/O1-revocation.test.ts']
/** Of those that run whole systems, the files that take a minute and more whatever their size. */
const LONGEST = ['accessibility', 'L1-', 'D2-', 'L4-', 'A3-', 'C1-', 'bench', 'ask-and-approve', 'failures', 'administration']

export default defineConfig({
  test: {
    reporters: countsFile === undefined ? ['default'] : ['default', testCountsReporter(countsFile)],
    // One more than there are processors: most tests wait for a database or a program.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: longestFirst(LONGEST) },
    globalSetup: ['packages/testkit/src/run-folder-setup.ts'],
    // What takes that long hangs: on a machine that does much else, everything takes many times as long as alone.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'apps/**/*.test.ts'],
          exclude: [...elsewhere, '**/*.fuzz.test.ts', '**/*.ui.test.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'ui',
          sequence: { groupOrder: 2 },
          include: ['apps/desktop/src/**/*.ui.test.ts'],
          exclude: elsewhere,
          isolate: false,
          maxWorkers: PROGRAMS_AT_ONCE,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'fuzz',
          include: ['packages/**/*.fuzz.test.ts', 'apps/**/*.fuzz.test.ts'],
          exclude: elsewhere,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['e2e/**/*.test.ts'],
          exclude: [...elsewhere, 'e2e/claims/**'],
          isolate: false,
          maxWorkers: PROGRAMS_AT_ONCE,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'claims',
          sequence: { groupOrder: 2 },
          include: ['e2e/claims/**/*.test.ts'],
          exclude: [...elsewhere, ...MEASURED],
          isolate: false,
          maxWorkers: PROGRAMS_AT_ONCE,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'claims-measured',
          sequence: { groupOrder: 3 },
          include: MEASURED,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'house',
          sequence: { groupOrder: 4 },
          include: ['scripts/**/*.test.ts'],
          exclude: elsewhere,
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
})
