/**
 * `npm test`: every check and every test, cheapest first, all of them even when one failed. The checks run two at a time, and
 * what one prints is shown when it is done; tests stream what they print. Closes with one line of counts over all.
 * `npm test -- lint unit` runs only the named steps.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeMissing, ensureSystemPackages } from './system-packages.mjs'
import { COUNTS_FILE_VARIABLE, type TestCounts } from './test-counts.ts'

interface Step {
  /** The npm script that does it is `name` for a check, `test:name` for tests. */
  readonly name: string
  readonly kind: 'check' | 'tests'
  /** A step that takes longer hangs: it is ended and counts as failed. */
  readonly limitMinutes: number
}

/** Lists that run side by side, each in its order. Those that know nothing but the sources first, then what starts programs. */
const STEPS: readonly (readonly (readonly Step[])[])[] = [
  [
    [
      { name: 'format:check', kind: 'check', limitMinutes: 4 },
      { name: 'types', kind: 'check', limitMinutes: 8 },
      { name: 'lint', kind: 'check', limitMinutes: 8 },
    ],
    [
      { name: 'lockfile', kind: 'check', limitMinutes: 4 },
      { name: 'lint:rules', kind: 'check', limitMinutes: 4 },
      { name: 'boundaries', kind: 'check', limitMinutes: 6 },
      { name: 'deadcode', kind: 'check', limitMinutes: 6 },
      { name: 'house', kind: 'tests', limitMinutes: 8 },
    ],
  ],
  [[{ name: 'unit', kind: 'tests', limitMinutes: 15 }]],
  [[{ name: 'systems', kind: 'tests', limitMinutes: 40 }]],
]

const GRACE_MS = 5_000
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const NO_TESTS: TestCounts = { passed: 0, failures: [], skipped: [], triedAgain: [] }

/** Runs one npm script and passes its output on, or `keep`s it. Resolves to its exit code; null if it had to be ended. */
function runScript(step: Step, countsFile: string, keep: ((output: Buffer) => void) | null): Promise<number | null> {
  const script = step.kind === 'check' ? step.name : `test:${step.name}`
  const npm = process.env['npm_execpath']
  const [command, options] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const child = spawn(command, [...options, 'run', '--silent', script], {
    cwd: ROOT,
    stdio: ['ignore', keep === null ? 'inherit' : 'pipe', keep === null ? 'inherit' : 'pipe'],
    // Many short programs are started: what Node compiled once is found again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'), [COUNTS_FILE_VARIABLE]: countsFile },
    detached: process.platform !== 'win32',
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (keep !== null) for (const output of [child.stdout, child.stderr]) output?.on('data', keep)
  return new Promise((resolve, reject) => {
    let hanging = false
    const signalAll = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined) return
      try {
        // The whole group: npm does not pass a signal on to everything below it.
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
      }
    }
    const limit = setTimeout(() => {
      hanging = true
      signalAll('SIGTERM')
      setTimeout(() => signalAll('SIGKILL'), GRACE_MS).unref()
    }, step.limitMinutes * 60_000)
    const interrupt = (): void => signalAll('SIGINT')
    process.on('SIGINT', interrupt)
    const settle = (): void => {
      clearTimeout(limit)
      process.removeListener('SIGINT', interrupt)
    }
    child.once('error', (error) => {
      settle()
      reject(error)
    })
    child.once('close', (code) => {
      settle()
      resolve(hanging ? null : (code ?? 1))
    })
  })
}

function readCounts(path: string): TestCounts | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as TestCounts
  } catch {
    // Vitest ended before it could write: the caller reports that.
    return null
  }
}

/** What a step adds to the totals. `alone`: no other runs beside it. */
async function runStep(step: Step, countsFile: string, alone: boolean): Promise<TestCounts> {
  const startedAt = Date.now()
  const output: Buffer[] = []
  if (alone) console.log(`\n── ${step.name}`)
  const code = await runScript(step, countsFile, alone ? null : (chunk) => void output.push(chunk))
  if (!alone) process.stdout.write(`\n── ${step.name}\n${Buffer.concat(output).toString()}`)
  console.log(`── ${step.name}: ${Math.round((Date.now() - startedAt) / 1000)} s`)
  if (step.kind === 'check' && code === 0) return { ...NO_TESTS, passed: 1 }
  if (code === null) return { ...NO_TESTS, failures: [`${step.name}: not done after ${step.limitMinutes} minutes, ended`] }
  if (step.kind === 'check') return { ...NO_TESTS, failures: [`${step.name}: npm run ${step.name} ended with ${code}`] }
  const counts = readCounts(countsFile)
  if (counts === null) return { ...NO_TESTS, failures: [`${step.name}: no test ran, vitest ended with ${code}`] }
  if (code !== 0 && counts.failures.length === 0) return { ...counts, failures: [`${step.name}: vitest ended with ${code}`] }
  if (counts.passed + counts.failures.length === 0) return { ...counts, failures: [`${step.name}: not one test ran`] }
  return counts
}

const wanted = process.argv.slice(2)
const known = STEPS.flat(2)
const unknown = wanted.filter((name) => !known.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. Steps: ${known.map((step) => step.name).join(', ')}`)
  process.exit(2)
}
const isWanted = (step: Step): boolean => wanted.length === 0 || wanted.includes(step.name)
const missing = known.filter(isWanted).some((step) => step.kind === 'tests') ? describeMissing(ensureSystemPackages()) : []
for (const line of missing) console.log(line)

const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
let interrupted = false
process.on('SIGINT', () => (interrupted = true))
const all: TestCounts[] = []
const runList = async (steps: readonly Step[], alone: boolean): Promise<void> => {
  for (const step of steps) {
    if (interrupted) all.push({ ...NO_TESTS, failures: [`${step.name}: interrupted before it began`] })
    else all.push(await runStep(step, join(folder, `${step.name.replace(':', '-')}.json`), alone))
  }
}
try {
  for (const lists of STEPS) {
    const chosen = lists.map((steps) => steps.filter(isWanted)).filter((steps) => steps.length > 0)
    await Promise.all(chosen.map((steps) => runList(steps, chosen.length === 1)))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const passed = all.reduce((sum, counts) => sum + counts.passed, 0)
const failures = all.flatMap((counts) => counts.failures)
const skipped = all.flatMap((counts) => counts.skipped)
console.log('')
for (const line of missing) console.log(line)
for (const { test, reason } of skipped) console.log(`skipped: ${test}: ${reason}`)
for (const test of all.flatMap((counts) => counts.triedAgain)) console.log(`passed only when it was tried again: ${test}`)
for (const failure of failures) console.log(`failed: ${failure}`)
console.log(`${passed} passed, ${failures.length} failed, ${skipped.length} skipped`)
process.exitCode = failures.length === 0 ? 0 : 1
