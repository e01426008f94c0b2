import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node'

/** Names the file into which a vitest run writes its counts, for whoever started it. */
export const COUNTS_FILE_VARIABLE = 'SALLYPORT_TEST_COUNTS'

export interface SkippedTest {
  readonly test: string
  readonly reason: string
}

/** What one file of tests came to. */
export interface TestCounts {
  /** Relative to the root; null: what no file can be blamed for. */
  readonly file: string | null
  readonly passed: number
  /** What failed, one line each: tests, groups, a file that could not be loaded, errors nobody caught. */
  readonly failures: readonly string[]
  readonly skipped: readonly SkippedTest[]
}

const describe = (test: TestCase): string => `${test.module.relativeModuleId} > ${test.fullName}`

/** How a test or its group says in its name why it may be skipped. */
const REASON_IN_NAME = /\(((?:needs|runs on|skipped:) [^()]+)\)$/

/** Why a test was skipped: what it told `context.skip`, or what its name or that of a group around it says; null if nothing does. */
function reasonOf(test: TestCase, note: string | undefined): string | null {
  if (note) return note
  let named: TestCase | TestSuite | TestModule = test
  while (named.type !== 'module') {
    const reason = REASON_IN_NAME.exec(named.name)?.[1]
    if (reason !== undefined) return reason
    named = named.parent
  }
  return null
}

/** Counts a finished file. A test that was skipped without saying why counts as failed: nothing is left out in silence. */
function countFile(testModule: TestModule): TestCounts {
  const file = testModule.relativeModuleId
  let passed = 0
  const skipped: SkippedTest[] = []
  const failures: string[] = []
  if (testModule.errors().length > 0) failures.push(`${file}: ${testModule.errors()[0]?.message}`)
  for (const suite of testModule.children.allSuites()) {
    if (suite.errors().length > 0) failures.push(`${file} > ${suite.fullName}: ${suite.errors()[0]?.message}`)
  }
  for (const test of testModule.children.allTests()) {
    const result = test.result()
    if (result.state === 'passed') passed++
    else if (result.state === 'skipped') {
      const reason = reasonOf(test, result.note)
      if (reason === null) failures.push(`${describe(test)}: skipped without a reason, see context.skip(reason)`)
      else skipped.push({ test: describe(test), reason })
    } else failures.push(result.state === 'failed' ? describe(test) : `${describe(test)}: never ended`)
  }
  return { file, passed, failures, skipped }
}

/** Counts a finished run, file by file. */
export function countTests(testModules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): TestCounts[] {
  const unhandled = unhandledErrors.map((error) => `unhandled error: ${error.message}`)
  const counts = testModules.map(countFile)
  return unhandled.length === 0 ? counts : [...counts, { file: null, passed: 0, failures: unhandled, skipped: [] }]
}

/** A vitest reporter that writes a list of {@link TestCounts} as JSON. */
export function testCountsReporter(path: string): Reporter {
  return {
    onTestRunEnd: (testModules, unhandledErrors) => writeFileSync(path, JSON.stringify(countTests(testModules, unhandledErrors))),
  }
}
