/** Another machine for a program, as far as programs can tell: other files that say which one it is. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram, skipReason } from '@sallyport/testkit'

/** Why none can be made here; null if one can. */
export const otherMachineSkipReason = async (): Promise<string | null> => {
  const reason = skipReason({ programs: ['unshare', 'mount'], platforms: ['linux'], root: true })
  if (reason !== null) return reason
  const { code } = await runProgram({ command: 'unshare', args: ['--mount', 'true'] })
  return code === 0 ? null : 'needs the right to make mount namespaces'
}

/**
 * The command that runs a program there. `parts` says how much is different: the id of the installed system, or its release as
 * well, which together are more than drift.
 */
export const otherMachine = async (folder: string, parts: 'system id' | 'system id and release'): Promise<readonly string[]> => {
  const files: Record<string, string> = { '/etc/machine-id': `${randomBytes(16).toString('hex')}\n` }
  if (parts !== 'system id') files['/etc/os-release'] = 'ID=elsewhere\nVERSION_ID="1"\nPRETTY_NAME="Elsewhere 1"\n'
  await mkdir(folder, { recursive: true })
  const mounts: string[] = []
  for (const [index, [path, content]] of Object.entries(files).entries()) {
    if (!existsSync(path)) throw new Error(`this machine has no ${path}`)
    const stand = join(folder, `machine-${index}`)
    await writeFile(stand, content)
    mounts.push(`mount --bind ${quote(stand)} ${path}`)
  }
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', `${mounts.join(' && ')} && exec "$0" "$@"`]
}

const quote = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`
