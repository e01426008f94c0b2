import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node'

/** Names the file into which a vitest run writes its counts, for whoever started it. */
export const COUNTS_FILE_VARIABLE = 'SALLYPORT_TEST_COUNTS'

export interface SkippedTest {
  readonly test: string
  readonly reason: string
}

export interface TestCounts {
  readonly passed: number
  /** What failed, one line each: tests, files that could not be loaded, errors nobody caught. */
  readonly failures: readonly string[]
  readonly skipped: readonly SkippedTest[]
  /** What failed first and passed when it was tried again, where that is allowed. */
  readonly triedAgain: readonly string[]
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

/** Counts a finished run. A test that was skipped without saying why counts as failed: nothing is left out in silence. */
export function countTests(testModules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): TestCounts {
  let passed = 0
  const skipped: SkippedTest[] = []
  const triedAgain: string[] = []
  const failures = unhandledErrors.map((error) => `unhandled error: ${error.message}`)
  for (const testModule of testModules) {
    if (testModule.errors().length > 0) failures.push(`${testModule.relativeModuleId}: ${testModule.errors()[0]?.message}`)
    for (const suite of testModule.children.allSuites()) {
      if (suite.errors().length > 0)
        failures.push(`${testModule.relativeModuleId} > ${suite.fullName}: ${suite.errors()[0]?.message}`)
    }
    for (const test of testModule.children.allTests()) {
      const result = test.result()
      if (test.diagnostic()?.flaky) triedAgain.push(describe(test))
      if (result.state === 'passed') passed++
      else if (result.state === 'skipped') {
        const reason = reasonOf(test, result.note)
        if (reason === null) failures.push(`${describe(test)}: skipped without a reason, see context.skip(reason)`)
        else skipped.push({ test: describe(test), reason })
      } else failures.push(result.state === 'failed' ? describe(test) : `${describe(test)}: never ended`)
    }
  }
  return { passed, failures, skipped, triedAgain }
}

/** A vitest reporter that writes {@link TestCounts} as JSON. */
export function testCountsReporter(path: string): Reporter {
  return {
    onTestRunEnd: (testModules, unhandledErrors) => writeFileSync(path, JSON.stringify(countTests(testModules, unhandledErrors))),
  }
}
