/**
 * The end of recordings: what is of a kind after the days of its kind, a batch with all that it names after the days of all, and the
 * oldest batches earlier when there is more than the folder may hold.
 */
import type { Retention } from '@sallyport/protocol'
import { isLines, type RecordingFile, recordingFiles, removeAgeFile, removeFile, sealedInFile } from './recording-files.ts'

const DAY = 86_400_000

export interface SweepOptions {
  /** Null: it is not known, and nothing goes by its age. */
  readonly retention: Retention | null
  readonly limitBytes: number
  /** Milliseconds since 1970. */
  readonly now: number
  /** Files of a batch that the API does not have yet stay. */
  readonly isSpared: (path: string) => boolean
}

/** Removes files of kinds whose time is over. Returns what is left. */
const sweepKinds = async (folder: string, { retention, now, isSpared }: SweepOptions) => {
  const batches: RecordingFile[] = []
  let bytes = 0
  for await (const file of recordingFiles(folder)) {
    if (isSpared(file.path)) continue
    if (file.kind !== null && retention !== null) {
      const days = Math.min(retention.days, retention.daysByKind[file.kind] ?? retention.days)
      if (file.at + days * DAY <= now) {
        await removeFile(file.path)
        continue
      }
    }
    bytes += file.size
    if (isLines(file)) batches.push(file)
  }
  return { batches: batches.toSorted((one, other) => one.at - other.at), bytes }
}

const removeBatch = async ({ path, folder }: RecordingFile): Promise<number> => {
  let bytes = 0
  for (const record of await sealedInFile(path)) bytes += await removeAgeFile(folder, record)
  return bytes + (await removeFile(path))
}

/** Returns how many batches went before their time. */
export const sweepRecordings = async (folder: string, options: SweepOptions): Promise<number> => {
  const left = await sweepKinds(folder, options)
  const days = options.retention?.days ?? Number.POSITIVE_INFINITY
  let { bytes } = left
  let crowded = 0
  for (const batch of left.batches) {
    const isOld = batch.at + days * DAY <= options.now
    if (!isOld && bytes <= options.limitBytes) break
    if (!isOld) crowded += 1
    bytes -= await removeBatch(batch)
  }
  return crowded
}
