/**
 * Recordings: files named `<stream>/<number of the first record>.jsonl`, each held against the digest that its batch has in the log;
 * and beside them `<digest>.age`, which lines name where their records were encrypted to recipients.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ReadEntry } from './entry-checks.ts'
import type { Findings } from './findings.ts'
import type { Batch } from './streams.ts'

const DAY = 24 * 3_600_000
/** What an organization begins with. */
const DEFAULT_DAYS = 365

/** What may be gone, as the organization's own log says: what is older than it kept activity, and people who were erased. */
export class Retention {
  #days = DEFAULT_DAYS
  #newest = 0
  readonly #erased = new Set<string>()

  take({ type, at, subject, details }: ReadEntry): void {
    this.#newest = Math.max(this.#newest, at)
    if (type === 'person.erased' && subject !== null) this.#erased.add(subject.id)
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

  wasErased(person: string): boolean {
    return this.#erased.has(person)
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

/** The part of a line that is looked at: where its record is. */
interface SealedRecord {
  readonly recording: string
  readonly kept: string
  readonly person: string
}

/** Longest file of lines that is read, in bytes: more than a batch can be. */
const MAX_LINES = 16 * 1024 * 1024

const sealedOf = (line: string): SealedRecord | null => {
  try {
    const { activity } = JSON.parse(line) as { activity?: Record<string, unknown> }
    if (activity?.['kind'] !== 'sealed') return null
    const { recording, kept, person } = activity
    const isWhole = typeof recording === 'string' && typeof kept === 'string' && typeof person === 'string'
    // It becomes the name of a file.
    return isWhole && /^[\w-]{43}$/.test(recording) ? { recording, kept, person } : null
  } catch {
    return null
  }
}

/** Of a file that matches its digest. */
const sealedIn = async (path: string): Promise<SealedRecord[]> => {
  const bytes = await readFile(path)
  if (bytes.length > MAX_LINES) return []
  const found = new Map<string, SealedRecord>()
  for (const line of bytes.toString('utf8').split('\n')) {
    const sealed = sealedOf(line)
    if (sealed !== null) found.set(sealed.recording, sealed)
  }
  return [...found.values()]
}

export interface RecordingCounts {
  matching: number
  removedByPolicy: number
  /** Files that are encrypted to recipients, and are the ones that their batch names. */
  sealed: number
  /** Batches of which nothing is kept as files: the API has them. */
  withApi: number
}

export const checkRecordings = async (
  folder: string,
  {
    batches,
    retention,
    findings,
  }: { readonly batches: readonly Batch[]; readonly retention: Retention; readonly findings: Findings },
): Promise<RecordingCounts> => {
  const counts = { matching: 0, removedByPolicy: 0, sealed: 0, withApi: 0 }
  const checkSealed = async (batch: Batch, { recording, kept, person }: SealedRecord): Promise<void> => {
    const { stream, entry, at } = batch
    const found = await digestOf(join(folder, stream, `${recording}.age`))
    if (found === recording) counts.sealed += 1
    else if (found !== null)
      findings.add('recording-changed', `Entry ${entry}: the recording ${stream}/${recording} was changed.`, entry)
    else if (retention.mayBeGone(at) || retention.wasErased(person)) counts.removedByPolicy += 1
    // What the API alone keeps is looked for there.
    else if (kept !== 'api')
      findings.add(
        'recording-missing',
        `Entry ${entry}: the recording ${stream}/${recording} is missing, and was not to be removed yet.`,
        entry,
      )
  }
  for (const batch of batches) {
    const { stream, first, digest, entry, at, atGateway } = batch
    // Both come from an entry whose form is not checked any further: they must not lead out of the folder.
    const isName = /^[0-9a-f-]{36}$/.test(stream) && Number.isSafeInteger(first)
    const found = isName ? await digestOf(join(folder, stream, `${first}.jsonl`)) : null
    if (found === digest) {
      counts.matching += 1
      for (const sealed of await sealedIn(join(folder, stream, `${first}.jsonl`))) await checkSealed(batch, sealed)
    } else if (found !== null)
      findings.add(
        'recording-changed',
        `Entry ${entry}: the recording ${stream}/${first} is not the one that the gateway signed.`,
        entry,
      )
    else if (retention.mayBeGone(at)) counts.removedByPolicy += 1
    else if (atGateway === false) counts.withApi += 1
    else
      findings.add(
        'recording-missing',
        `Entry ${entry}: the recording ${stream}/${first} is missing, and was not to be removed yet.`,
        entry,
      )
  }
  return counts
}
