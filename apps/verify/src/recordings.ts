/** Recordings: files named `<stream>/<number of the first record>.jsonl`, each held against the digest that its batch has in the log. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ReadEntry } from './entry-checks.ts'
import type { Findings } from './findings.ts'
import type { Batch } from './streams.ts'

const DAY = 24 * 3_600_000
/** What an organization begins with. */
const DEFAULT_DAYS = 365

/** How long the organization kept activity, as its own log says. */
export class Retention {
  #days = DEFAULT_DAYS
  #newest = 0

  take({ type, at, details }: ReadEntry): void {
    this.#newest = Math.max(this.#newest, at)
    if (type !== 'organization.changed') return
    const after = details['after']
    const days =
      typeof after === 'object' && after !== null && 'activityRetentionDays' in after ? after.activityRetentionDays : null
    if (typeof days === 'number') this.#days = days
  }

  /** Whether activity of that time may be gone when the newest entry was written. */
  mayBeGone(at: number): boolean {
    return at + this.#days * DAY <= this.#newest
  }
}

const digestOf = async (path: string): Promise<string | null> => {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return hash.digest('base64url')
}

export interface RecordingCounts {
  matching: number
  removedByPolicy: number
}

export const checkRecordings = async (
  folder: string,
  {
    batches,
    retention,
    findings,
  }: { readonly batches: readonly Batch[]; readonly retention: Retention; readonly findings: Findings },
): Promise<RecordingCounts> => {
  const counts = { matching: 0, removedByPolicy: 0 }
  for (const { stream, first, digest, entry, at } of batches) {
    // Both come from an entry whose form is not checked any further: they must not lead out of the folder.
    const isName = /^[0-9a-f-]{36}$/.test(stream) && Number.isSafeInteger(first)
    const found = isName ? await digestOf(join(folder, stream, `${first}.jsonl`)) : null
    if (found === digest) counts.matching += 1
    else if (found !== null)
      findings.add(
        'recording-changed',
        `Entry ${entry}: the recording ${stream}/${first} is not the one that the gateway signed.`,
        entry,
      )
    else if (retention.mayBeGone(at)) counts.removedByPolicy += 1
    else
      findings.add(
        'recording-missing',
        `Entry ${entry}: the recording ${stream}/${first} is missing, and was not to be removed yet.`,
        entry,
      )
  }
  return counts
}
