/**
 * Runs before `npm start`, `npm test` and `npm run bench`: makes sure that what package-lock.json names is installed, and that
 * `node` in npm scripts is Node 24. Plain JavaScript without dependencies, because on a bare clone it runs on whatever Node
 * (20 or newer) is there.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const REQUIRED_MAJOR = 24
const HEARTBEAT_MS = 5_000

/**
 * Compares package-lock.json with npm's own record of what it installed. Optional packages may be absent (they belong to
 * other platforms); anything else that differs, in either direction, counts.
 * @returns {string | null} why an installation is needed, or null
 */
export function whyInstall(root) {
  const recordPath = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(recordPath)) return 'nothing is installed yet'
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(recordPath, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue
    const found = installed[path]
    if (found === undefined && (entry.optional || entry.devOptional)) continue
    if (found === undefined) return `${path} is missing`
    if (!existsSync(join(root, path))) return `${path} was deleted`
    if (found.version !== entry.version || found.integrity !== entry.integrity)
      return `${path} is ${found.version}, not ${entry.version}`
  }
  const surplus = Object.keys(installed).find((path) => path.includes('node_modules/') && wanted[path] === undefined)
  return surplus === undefined ? null : `${surplus} is no longer wanted`
}

/** The PATH that npm gives to the project's scripts. */
function scriptEnvironment(root) {
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}` }
}

/** @returns {string | null} what to do about a wrong `node`, or null */
export function whyNotNode(root) {
  const asked = spawnSync('node', ['--version'], {
    env: scriptEnvironment(root),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const version = asked.status === 0 ? asked.stdout.trim() : 'none'
  if (Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= REQUIRED_MAJOR) return null
  return [
    `Sallyport runs on Node ${REQUIRED_MAJOR}; \`node\` in its npm scripts is ${version}.`,
    'Its own Node comes with the optional npm package "node", which needs its install script. Do one of these:',
    '  npm ci --include=optional --ignore-scripts=false     and try again,',
    `  or put Node ${REQUIRED_MAJOR} on your PATH (nodejs.org, nvm, fnm, your system's packages).`,
  ].join('\n')
}

/** Runs `npm ci` with the npm that runs us; says every few seconds that it is still at it. Resolves to npm's exit code. */
function install(root) {
  const npm = process.env.npm_execpath
  const options = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const [command, commandOptions] = npm?.endsWith('.js') ? [process.execPath, [npm, ...options]] : ['npm', options]
  const startedAt = Date.now()
  const child = spawn(command, commandOptions, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: command === 'npm' && process.platform === 'win32',
  })
  const heartbeat = setInterval(() => {
    console.error(`  still installing (${Math.round((Date.now() - startedAt) / 1000)} s)`)
  }, HEARTBEAT_MS)
  return new Promise((resolve) => {
    child.once('error', (error) => {
      clearInterval(heartbeat)
      console.error(`npm could not be started: ${error.message}`)
      resolve(1)
    })
    child.once('exit', (code) => {
      clearInterval(heartbeat)
      resolve(code ?? 1)
    })
  })
}

/** @returns {Promise<string | null>} what is wrong and what to do, or null when all is ready */
async function ensure(root) {
  const reason = whyInstall(root)
  if (reason !== null) {
    console.error(`Installing the dependencies with npm ci: ${reason}.`)
    const code = await install(root)
    if (code !== 0) return `npm ci ended with ${code}: its messages are above. With that mended, run the same command again.`
    const still = whyInstall(root)
    if (still !== null) return `npm ci ended well, and yet ${still}. Delete node_modules and run the same command again.`
  }
  return whyNotNode(root)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problem = await ensure(fileURLToPath(new URL('..', import.meta.url)))
  if (problem !== null) {
    console.error(problem)
    process.exitCode = 1
  }
}
