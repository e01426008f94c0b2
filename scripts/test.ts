/**
 * `npm test`: every check and every test, cheapest first, all of them even when one failed. The checks run two at a time, and
 * what one prints is shown when it is done; tests stream what they print. Closes with one line of counts over all.
 * `npm test -- lint unit` runs only the named steps.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeMissing, ensureSystemPackages } from './system-packages.mjs'
import { COUNTS_FILE_VARIABLE, type TestCounts } from './test-counts.ts'

interface Step {
  /** The npm script that does it is `name` for a check, `test:name` for tests. */
  readonly name: string
  readonly kind: 'check' | 'tests'
  /** A step that takes longer hangs: it is ended and counts as failed. Many times what it takes on a machine that does nothing else. */
  readonly limitMinutes: number
}

/** Lists that run side by side, each in its order. Those that know nothing but the sources first, then what starts programs. */
const STEPS: readonly (readonly (readonly Step[])[])[] = [
  [
    [
      { name: 'format:check', kind: 'check', limitMinutes: 10 },
      { name: 'types', kind: 'check', limitMinutes: 30 },
      { name: 'boundaries', kind: 'check', limitMinutes: 20 },
      { name: 'deadcode', kind: 'check', limitMinutes: 20 },
    ],
    [
      { name: 'lockfile', kind: 'check', limitMinutes: 10 },
      { name: 'lint:rules', kind: 'check', limitMinutes: 10 },
      { name: 'lint', kind: 'check', limitMinutes: 30 },
      { name: 'house', kind: 'tests', limitMinutes: 30 },
    ],
  ],
  [[{ name: 'unit', kind: 'tests', limitMinutes: 45 }]],
  [[{ name: 'systems', kind: 'tests', limitMinutes: 120 }]],
]

const GRACE_MS = 5_000
const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** With `SALLYPORT_SECOND_TRY=1`, at most so many files in which something failed are run once more by themselves. */
const MOST_TRIED_AGAIN = process.env['SALLYPORT_SECOND_TRY'] === '1' ? 5 : 0

const checkPassed: TestCounts = { file: null, passed: 1, failures: [], skipped: [] }
const failed = (failure: string): TestCounts => ({ file: null, passed: 0, failures: [failure], skipped: [] })

/**
 * Compiler and linter are written in Go. Each thread of theirs works out for itself what types are, so that few cost less than many;
 * and memory is cheaper than looking often for what may be freed.
 */
const GO_SETTINGS = { GOMAXPROCS: String(Math.ceil(availableParallelism() / 2)), GOGC: '400' }

interface Run {
  readonly step: Step
  /** Of a step with tests, those to run; empty: all. */
  readonly files: readonly string[]
  readonly countsFile: string
  /** Gets the output; null: it is passed on. */
  readonly keep: ((output: Buffer) => void) | null
}

/** Runs the npm script of a step. Resolves to its exit code; null if it had to be ended. */
function runScript({ step, files, countsFile, keep }: Run): Promise<number | null> {
  const script = step.kind === 'check' ? step.name : `test:${step.name}`
  const npm = process.env['npm_execpath']
  const [command, options] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const child = spawn(command, [...options, 'run', '--silent', script, ...(files.length === 0 ? [] : ['--', ...files])], {
    cwd: ROOT,
    stdio: ['ignore', keep === null ? 'inherit' : 'pipe', keep === null ? 'inherit' : 'pipe'],
    // Many short programs are started: what Node compiled once is found again.
    env: {
      ...process.env,
      ...(step.kind === 'check' ? GO_SETTINGS : {}),
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'),
      [COUNTS_FILE_VARIABLE]: countsFile,
    },
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

function readCounts(path: string): readonly TestCounts[] | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as TestCounts[]
  } catch {
    // Vitest ended before it could write: the caller reports that.
    return null
  }
}

const failuresOf = (counts: readonly TestCounts[]): string[] => counts.flatMap(({ failures }) => failures)

/** What a run adds to the totals. */
async function runOnce(run: Run): Promise<readonly TestCounts[]> {
  const { step, countsFile } = run
  const code = await runScript(run)
  if (code === null) return [failed(`${step.name}: not done after ${step.limitMinutes} minutes, ended`)]
  if (step.kind === 'check') return [code === 0 ? checkPassed : failed(`${step.name}: npm run ${step.name} ended with ${code}`)]
  const counts = readCounts(countsFile)
  if (counts === null) return [failed(`${step.name}: no test ran, vitest ended with ${code}`)]
  const failures = failuresOf(counts).length
  if (code !== 0 && failures === 0) return [...counts, failed(`${step.name}: vitest ended with ${code}`)]
  if (counts.every(({ passed }) => passed === 0) && failures === 0) return [...counts, failed(`${step.name}: not one test ran`)]
  return counts
}

/** Once more, by themselves and from their beginning, the files in which something failed: tests of one file build on each other. */
async function tryAgain(run: Run, counts: readonly TestCounts[]): Promise<readonly TestCounts[]> {
  const bad = counts.filter(({ failures }) => failures.length > 0)
  const files = bad.flatMap(({ file }) => file ?? [])
  if (bad.length === 0 || bad.length > MOST_TRIED_AGAIN || files.length < bad.length) return counts
  console.log(`\n── ${run.step.name}, once more: ${files.join(' ')}`)
  const again = await runOnce({ ...run, files })
  for (const { file, failures } of bad) {
    const second = again.find((other) => other.file === file)
    if (second?.failures.length === 0) triedAgain.push(...failures)
  }
  return [...counts.filter((before) => !bad.includes(before)), ...again]
}

/** `alone`: no other step runs beside it. */
async function runStep(step: Step, countsFile: string, alone: boolean): Promise<readonly TestCounts[]> {
  const startedAt = Date.now()
  const output: Buffer[] = []
  if (alone) console.log(`\n── ${step.name}`)
  const run: Run = { step, files: [], countsFile, keep: alone ? null : (chunk) => void output.push(chunk) }
  const counts = await runOnce(run)
  if (!alone) process.stdout.write(`\n── ${step.name}\n${Buffer.concat(output).toString()}`)
  console.log(`── ${step.name}: ${Math.round((Date.now() - startedAt) / 1000)} s`)
  return step.kind === 'check' ? counts : tryAgain({ ...run, keep: null }, counts)
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
/** What failed first and passed when it was tried again: a fault to mend. */
const triedAgain: string[] = []
const runList = async (steps: readonly Step[], alone: boolean): Promise<void> => {
  for (const step of steps) {
    if (interrupted) all.push(failed(`${step.name}: interrupted before it began`))
    else all.push(...(await runStep(step, join(folder, `${step.name.replace(':', '-')}.json`), alone)))
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
const failures = failuresOf(all)
const skipped = all.flatMap((counts) => counts.skipped)
console.log('')
for (const line of missing) console.log(line)
for (const { test, reason } of skipped) console.log(`skipped: ${test}: ${reason}`)
for (const test of triedAgain) console.log(`passed only when it was tried again: ${test}`)
for (const failure of failures) console.log(`failed: ${failure}`)
console.log(`${passed} passed, ${failures.length} failed, ${skipped.length} skipped`)
process.exitCode = failures.length === 0 ? 0 : 1
