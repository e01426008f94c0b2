/** A disk of its own that is soon full: memory, mounted as root on Linux. It goes with this process, however that ends. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findProgram, skipReason } from './programs.ts'
import { makeTemporaryDirectory } from './temporary-directory.ts'

export interface SmallDisk {
  /** Of its top folder, which others may pass through. */
  readonly path: string
  /** Leaves no byte. */
  fill(): Promise<void>
  /** Gives back what `fill` took. */
  free(): Promise<void>
  remove(): Promise<void>
}

/** Why there can be none here; null if there can. */
export const smallDiskSkipReason = (): string | null => {
  const reason = skipReason({ programs: ['mount', 'umount', 'unshare'], platforms: ['linux'], root: true })
  if (reason !== null) return reason
  return spawnSync(findProgram('unshare')!, ['--mount', 'true']).status === 0 ? null : 'needs the right to mount'
}

/** Waits for a line, or for the end of its input, which means that we are gone. */
const script = `trap '' INT TERM HUP
  mount -t tmpfs -o "size=$2m,mode=0711" none "$1" && echo mounted && { read -r line; umount --lazy "$1"; }`

const CHUNK = Buffer.alloc(1024 * 1024)

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC'

const fillUp = async (path: string): Promise<void> => {
  const file = await open(path, 'a')
  try {
    for (;;) await file.write(CHUNK)
  } catch (error) {
    if (!isFull(error)) throw error
  } finally {
    await file.close()
  }
}

export const smallDisk = async (size: { readonly mebibytes: number }): Promise<SmallDisk> => {
  const directory = await makeTemporaryDirectory()
  const { path } = directory
  const holder = spawn('/bin/sh', ['-c', script, 'sh', path, String(size.mebibytes)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  await Promise.race([
    once(createInterface({ input: holder.stdout }), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`mount ended with ${String(code)}`))),
  ])
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: () => fillUp(ballast),
    free: () => rm(ballast, { force: true }),
    remove: async () => {
      holder.stdin.end('\n')
      await ended
      await directory.remove()
    },
  }
}
