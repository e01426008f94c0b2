#!/usr/bin/env node
// Runs the CLI on the Node 24 of the workspace, whichever Node started this file.
import { spawn } from 'node:child_process'
import { createRequire, enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = 24
const program = new URL('../src/cli/main.ts', import.meta.url)

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  // Commands start in a third of the time. In the person's own folder: what lies in it is run.
  enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? join(cacheFolder(), 'sallyport', 'compiled'))
  await import(program.href)
} else {
  const node = ownNode()
  if (node === null) {
    process.stderr.write(`sallyport: Node ${NEEDED} or newer is needed; this is ${process.version}.\n`)
    process.exitCode = 1
  } else {
    runOn(node)
  }
}

/** @param {string} node */
function runOn(node) {
  const child = spawn(node, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: 'inherit' })
  // Those of the terminal reach the child by themselves; it decides what they mean.
  for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
    process.exitCode = code ?? 1
  })
}

function cacheFolder() {
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  return process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
}

/** The Node that the workspace installs as a package. */
function ownNode() {
  try {
    return createRequire(import.meta.url).resolve(`node/bin/node${process.platform === 'win32' ? '.exe' : ''}`)
  } catch {
    return null
  }
}
