/** Tells the system that `sallyport:` links are ours. Installed packages said so already; an AppImage has nobody to say it. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { linkHandlerEntry } from '../linux/desktop-entry.ts'

const LIMIT = 5_000

const run = (program: string, words: readonly string[]): Promise<unknown> =>
  promisify(execFile)(program, [...words], { timeout: LIMIT })

/** `file`: of the person's applications folder. Rejects where the desktop has no such tools. */
export const registerAppImage = async (file: string, image: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, linkHandlerEntry([image]), { mode: 0o644 })
  await run('update-desktop-database', [dirname(file)])
  await run('xdg-mime', ['default', 'sallyport-url.desktop', 'x-scheme-handler/sallyport'])
}
