/** The folder of everything that this program keeps. */
import { chmod, mkdir } from 'node:fs/promises'

/**
 * Others may pass through but not list it when this program is root: the embedded database then runs under another account,
 * and its own folder is below.
 */
export const makeDataDirectory = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: 0o711 })
  await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700)
}
