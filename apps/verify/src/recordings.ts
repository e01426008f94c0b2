/**
 * Recordings: files named `<stream>/<number of the first record>.jsonl`, each held against the digest that its batch has in the log;
 * and `<stream>/<kind>/<digest>.age`, which lines name where their records were encrypted to recipients. Those from before kinds were
 * told apart lie beside the lines, and may hold several.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Findings } from './findings.ts'
import type { Progress } from './progress.ts'
import type { Retention } from './retention.ts'
import type { Batch } from './streams.ts'

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
  readonly kind: string
  /** When it was done, milliseconds since 1970. */
  readonly at: number
}

/** Longest file of lines that is read, in bytes: more than a batch can be. */
const MAX_LINES = 16 * 1024 * 1024

const sealedOf = (line: string): SealedRecord | null => {
  try {
    const { activity } = JSON.parse(line) as { activity?: Record<string, unknown> }
    if (activity?.['kind'] !== 'sealed') return null
    const { recording, kept, person, of, at } = activity
    const isWhole = [recording, kept, person, of, at].every((part) => typeof part === 'string')
    // Two of them become names of a file and its folder.
    if (!isWhole || !/^[\w-]{43}$/.test(String(recording)) || !/^[a-z]+(\.[a-z]+)?$/.test(String(of))) return null
    const time = Date.parse(String(at))
    if (Number.isNaN(time)) return null
    return { recording: String(recording), kept: String(kept), person: String(person), kind: String(of), at: time }
  } catch {
    return null
  }
}

/** Of lines that match their digest: the records of each file that they name. */
const sealedIn = async (path: string): Promise<(readonly [SealedRecord, ...SealedRecord[]])[]> => {
  const bytes = await readFile(path)
  if (bytes.length > MAX_LINES) return []
  const found = new Map<string, [SealedRecord, ...SealedRecord[]]>()
  for (const line of bytes.toString('utf8').split('\n')) {
    const sealed = sealedOf(line)
    if (sealed === null) continue
    const known = found.get(sealed.recording)
    if (known === undefined) found.set(sealed.recording, [sealed])
    else known.push(sealed)
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
    progress,
  }: {
    readonly batches: readonly Batch[]
    readonly retention: Retention
    readonly findings: Findings
    readonly progress: Progress
  },
): Promise<RecordingCounts> => {
  const counts = { matching: 0, removedByPolicy: 0, sealed: 0, withApi: 0 }
  const checkSealed = async (batch: Batch, records: readonly [SealedRecord, ...SealedRecord[]]): Promise<void> => {
    const { stream, entry } = batch
    const [{ recording, kept, person, kind: folderOfKind }] = records
    const found =
      (await digestOf(join(folder, stream, folderOfKind, `${recording}.age`))) ??
      (await digestOf(join(folder, stream, `${recording}.age`)))
    if (found === recording) counts.sealed += 1
    else if (found !== null)
      findings.add('recording-changed', `Entry ${entry}: the recording ${stream}/${recording} was changed.`, entry)
    else if (records.every(({ at, kind }) => retention.mayBeGone(at, kind)) || retention.wasErased(person))
      counts.removedByPolicy += 1
    // What the API alone keeps is looked for there.
    else if (kept !== 'api')
      findings.add(
        'recording-missing',
        `Entry ${entry}: the recording ${stream}/${recording} is missing, and was not to be removed yet.`,
        entry,
      )
  }
  for (const [place, batch] of batches.entries()) {
    progress('batches compared with recordings', place + 1, batches.length)
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
    else if (retention.mayBeGone(at, null)) counts.removedByPolicy += 1
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
