/** Electron's own binary, which npm does not put everywhere. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What Electron is given to run the app, once it is built. */
export const desktopFolder = fileURLToPath(new URL('../../apps/desktop', import.meta.url))

/**
 * Where the binary is, or why the app cannot be opened with it here. The package is not imported: it would try to load what is
 * missing from the network.
 */
export const findElectron = (
  environment: NodeJS.ProcessEnv = process.env,
): { readonly binary: string } | { readonly missing: string } => {
  const missing = { missing: 'the binary of Electron is not installed' }
  const folder = dirname(createRequire(join(desktopFolder, 'package.json')).resolve('electron/package.json'))
  const named = join(folder, 'path.txt')
  const dist = environment['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist')
  const binary = join(dist, existsSync(named) ? readFileSync(named, 'utf8').trim() : 'electron')
  if (!existsSync(binary)) return missing
  const display = environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY']
  return process.platform === 'linux' && display === undefined ? { missing: 'there is no display' } : { binary }
}
