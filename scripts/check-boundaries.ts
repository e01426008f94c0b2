/**
 * Runs the import rules: between packages those of turbo.json, between folders those of .dependency-cruiser.cjs. A cruiser that
 * read nothing also reports nothing, so that every source file on disk must have been among what it read.
 */
import { execFile, spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const HOME = fileURLToPath(new URL('..', import.meta.url))
const CRUISER = join(HOME, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
const USING = pathToFileURL(join(HOME, 'scripts', 'cruise-using.mjs')).href
const TURBO = join(HOME, 'node_modules', 'turbo', 'bin', 'turbo')
const FOLDERS = ['packages', 'apps', 'e2e', 'demo', 'bench', 'testbed', 'scripts']
const OUTPUT_LIMIT = 256 * 1024 * 1024

export interface BoundaryViolation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

export interface BoundaryReport {
  readonly modules: number
  readonly unread: readonly string[]
  readonly violations: readonly BoundaryViolation[]
}

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: {
    readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[]
  }
}

/** Checks the tree at `root` by the rules of this repository. */
export async function checkBoundaries(root: string): Promise<BoundaryReport> {
  const folders = FOLDERS.filter((folder) => globSync(folder, { cwd: root }).length > 0)
  const onDisk = globSync('{packages/*,apps/*}/src/**/*.{ts,tsx}', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
  const options = [
    '--import',
    USING,
    CRUISER,
    '--config',
    join(HOME, '.dependency-cruiser.cjs'),
    '--output-type',
    'json',
    ...folders,
  ]
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: root, maxBuffer: OUTPUT_LIMIT })
  const result = JSON.parse(stdout) as CruiseResult
  const read = new Set(result.modules.map(({ source }) => source))
  return {
    modules: result.modules.length,
    unread: onDisk.filter((file) => !file.endsWith('.d.ts') && !read.has(file)),
    violations: result.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  }
}

/** Checks which package may depend on which, by the tags in each package's turbo.json. */
export function checkPackages(root: string): { readonly ok: boolean; readonly output: string } {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }
  const result = spawnSync(process.execPath, [TURBO, 'boundaries', '--no-color'], { cwd: root, env, encoding: 'utf8' })
  return { ok: result.status === 0, output: `${result.stdout}${result.stderr}` }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const packages = checkPackages(HOME)
  process.stdout.write(packages.output)
  const { modules, unread, violations } = await checkBoundaries(HOME)
  for (const { rule, from, to } of violations) console.error(`${rule}: ${from} → ${to}`)
  for (const file of unread) console.error(`not read: ${file}`)
  console.log(`${modules} modules, ${violations.length} violations, ${unread.length} not read`)
  process.exitCode = packages.ok && violations.length + unread.length === 0 && modules > 0 ? 0 : 1
}
