/**
 * Makes the executable beside the packaged app: a copy of the Node of this repository with our one bundled file inside
 * (Node's single executable applications), and the keychain's native part beside it.
 *
 * `node apps/desktop/packaging/make-executable.ts`, on the system and processor that it is for. It is signed when the app is.
 */
import { execFileSync } from 'node:child_process'
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inject } from 'postject'

const desktop = join(import.meta.dirname, '..')
const output = join(desktop, 'dist/executable')
const bundle = join(desktop, 'dist/bundle')
/** Marks in the copy that a program is inside; Node's documentation, "Single executable applications". */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

const resolve = createRequire(import.meta.url).resolve
const windows = process.platform === 'win32'

/** Nothing from outside reaches the engine: no `NODE_OPTIONS`, no options of Node's on the command line. */
export const seaOptions = (main: string, blob: string) => ({
  main,
  output: blob,
  disableExperimentalSEAWarning: true,
  useSnapshot: false,
  useCodeCache: true,
  execArgv: [],
  execArgvExtension: 'none',
})

/** The native part for this system, as the package's own loader would choose it. */
const keychainPart = (): string => {
  const system = windows ? 'win32' : process.platform
  const suffix = { linux: '-gnu', win32: '-msvc' }[system as string] ?? ''
  const name = `${system}-${process.arch}${suffix}`
  return createRequire(resolve('@napi-rs/keyring')).resolve(`@napi-rs/keyring-${name}/keyring.${name}.node`)
}

export const makeExecutable = async (): Promise<string> => {
  const program = join(output, windows ? 'sallyport.exe' : 'sallyport')
  const [options, blob] = [join(bundle, 'sea.json'), join(bundle, 'sallyport.blob')]
  const vite = join(resolve('vite/package.json'), '..', 'bin/vite.js')
  execFileSync(process.execPath, [vite, 'build', '--config', 'vite.executable.config.ts', '--logLevel', 'warn'], {
    cwd: desktop,
    stdio: 'inherit',
  })
  await writeFile(options, JSON.stringify(seaOptions(join(bundle, 'sallyport.cjs'), blob)))
  execFileSync(process.execPath, ['--experimental-sea-config', options], { cwd: desktop, stdio: 'ignore' })
  await rm(output, { recursive: true, force: true })
  await mkdir(output, { recursive: true })
  await copyFile(process.execPath, program)
  await chmod(program, 0o755)
  // Its maker's signature does not hold for what it becomes.
  if (process.platform === 'darwin') execFileSync('codesign', ['--remove-signature', program])
  await inject(program, 'NODE_SEA_BLOB', await readFile(blob), {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  })
  await copyFile(keychainPart(), join(output, 'keychain.node'))
  return program
}

if (import.meta.main) process.stdout.write(`${await makeExecutable()}\n`)
