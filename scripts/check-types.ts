/**
 * Compiles everything once with the root tsconfig.json, and each layer again with its own: a layer that must do without Node or
 * the DOM does not even know their types. Each compiles on one thread: several would each work out the types that they share, for
 * twice the processor time.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const projects = ['tsconfig.json', ...globSync('{packages,apps}/{*,*/src/*}/tsconfig*.json', { cwd: root })]

let failed = 0
for (const project of projects) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', project, '--singleThreaded'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) failed++
}
console.log(`${projects.length} projects, ${failed} with errors`)
process.exitCode = failed === 0 ? 0 : 1
