import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { COUNTS_FILE_VARIABLE, testCountsReporter } from './scripts/test-counts.ts'

/**
 * Five kinds of test, told apart by where they lie and how their file is named. `unit` and `fuzz` share nothing and run side
 * by side; `ui` draws the screens of the app in Chromium. `e2e` and `claims` start real programs, so that they run one file at a time and get time to do it. `house` proves
 * that the repository's own rules bite.
 */
const countsFile = process.env[COUNTS_FILE_VARIABLE]
const elsewhere = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    reporters: countsFile === undefined ? ['default'] : ['default', testCountsReporter(countsFile)],
    // One more than the default, which leaves a processor idle: most tests wait for a database or a program.
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'apps/**/*.test.ts'],
          exclude: [...elsewhere, '**/*.fuzz.test.ts', '**/*.ui.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'ui',
          include: ['apps/desktop/src/**/*.ui.test.ts'],
          exclude: elsewhere,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'fuzz',
          include: ['packages/**/*.fuzz.test.ts', 'apps/**/*.fuzz.test.ts'],
          exclude: elsewhere,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: [...elsewhere, 'e2e/claims/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'claims',
          include: ['e2e/claims/**/*.test.ts'],
          exclude: elsewhere,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'house',
          include: ['scripts/**/*.test.ts'],
          exclude: elsewhere,
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
    ],
  },
})
