/**
 * Builds the desktop app when its sources changed since the last time. Everything is run as it is written but the app: a page
 * needs files that a browser can read.
 */
import { spawn } from 'node:child_process'
import { glob, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { oneAtATime } from '@sallyport/testkit'

const desktop = fileURLToPath(new URL('../../apps/desktop', import.meta.url))
const built = join(desktop, 'dist')
const SOURCES = [
  'apps/desktop/src/**/*.{ts,tsx,css,html}',
  'apps/desktop/*.config.ts',
  'packages/*/src/**/*.ts',
  'package-lock.json',
]
const LIMIT = 180_000

/**
 * `renderer`: the page alone, which a browser shows; `stories`: the page on made-up data, each state at an address of its own;
 * `app`: all that Electron needs, the page included.
 */
export type DesktopParts = 'renderer' | 'stories' | 'app'

const commands: Readonly<Record<DesktopParts, readonly [program: string, ...words: string[]]>> = {
  renderer: ['vite/bin/vite.js', 'build', '--config', 'vite.renderer.config.ts', '--logLevel', 'error'],
  stories: [
    'vite/bin/vite.js',
    'build',
    '--config',
    'vite.stories.config.ts',
    '--outDir',
    join(built, 'stories'),
    '--emptyOutDir',
    '--logLevel',
    'error',
  ],
  app: ['electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'error'],
}

/** When the newest source was written, in milliseconds. */
const newestSource = async (): Promise<number> => {
  let newest = 0
  const cwd = join(desktop, '../..')
  for await (const path of glob(SOURCES, { cwd, exclude: (name) => name === 'node_modules' || name.endsWith('.test.ts') })) {
    newest = Math.max(newest, (await stat(join(cwd, path))).mtimeMs)
  }
  return newest
}

const program = (path: string): string => {
  const [name = '', ...rest] = path.split('/')
  return join(dirname(createRequire(join(desktop, 'package.json')).resolve(`${name}/package.json`)), ...rest)
}

const run = ([path, ...words]: readonly [string, ...string[]]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program(path), ...words], {
      cwd: desktop,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production' },
      timeout: LIMIT,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`The app could not be built:\n${output}`))))
  })

/** Done in this process. */
const done = new Map<DesktopParts, Promise<void>>()

/** Resolves at once when nothing changed. Throws with what the build said when it fails. */
export const buildDesktop = (parts: DesktopParts): Promise<void> => {
  const building = done.get(parts) ?? build(parts)
  done.set(parts, building)
  return building
}

const build = async (parts: DesktopParts): Promise<void> => {
  await mkdir(built, { recursive: true })
  // Many programs of a test run ask for it at once, and a build empties the folder from which another one already runs the app.
  await oneAtATime(join(built, '.building'), async () => {
    const stamp = join(built, `.built-${parts}`)
    const newest = String(await newestSource())
    if ((await readFile(stamp, 'utf8').catch(() => null)) === newest) return
    await run(commands[parts])
    await writeFile(stamp, newest)
  })
}
