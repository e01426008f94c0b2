/** What a running program holds in its memory, as whoever is root on its machine sees it. */
import { open, readFile } from 'node:fs/promises'
import { type Canary, type SecretForm, skipReason } from '@sallyport/testkit'

/** Why it cannot be looked at here; null if it can. */
export const memorySkipReason = (): string | null => skipReason({ platforms: ['linux'], root: true })

const WINDOW = 16 * 1024 * 1024
/** Longer than any form of what is looked for, so that nothing is missed between two windows. */
const OVERLAP = 4096

interface Region {
  readonly start: number
  readonly end: number
}

/** Regions that the program can write to: what it read, made and holds is in them. */
const writableRegions = async (pid: number): Promise<Region[]> =>
  (await readFile(`/proc/${pid}/maps`, 'utf8')).split('\n').flatMap((line) => {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
    return start === undefined || end === undefined ? [] : [{ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) }]
  })

/** Pages that went away meanwhile, or belong to a device. */
const isGone = (error: unknown): boolean => ['EIO', 'EFAULT'].includes((error as NodeJS.ErrnoException).code ?? '')

export interface MemorySearch {
  /** Bytes that were looked at. */
  readonly bytes: number
  /** In which forms each secret was seen; empty: it is not there. */
  readonly sightings: readonly SecretForm[][]
}

/** Looks through all that the program may have written. */
export const searchMemory = async (pid: number, secrets: readonly Canary[]): Promise<MemorySearch> => {
  const memory = await open(`/proc/${pid}/mem`, 'r')
  const sightings = secrets.map(() => new Set<SecretForm>())
  const buffer = Buffer.alloc(WINDOW)
  let bytes = 0
  try {
    for (const { start, end } of await writableRegions(pid)) {
      for (let at = start; at < end; at += WINDOW - OVERLAP) {
        const length = Math.min(WINDOW, end - at)
        const { bytesRead } = await memory.read(buffer, 0, length, at).catch((error: unknown) => {
          if (isGone(error)) return { bytesRead: 0 }
          throw error
        })
        bytes += bytesRead
        for (const [index, secret] of secrets.entries())
          for (const { form } of secret.findBytes(buffer.subarray(0, bytesRead))) sightings[index]!.add(form)
      }
    }
  } finally {
    await memory.close()
  }
  return { bytes, sightings: sightings.map((forms) => [...forms]) }
}
