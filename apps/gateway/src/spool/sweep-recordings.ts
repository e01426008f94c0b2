/**
 * The end of recordings: what is of a kind after the days of its kind, a batch with all that it names after the days of all, and the
 * oldest batches earlier when there is more than the folder may hold.
 */
import type { DaysByKind } from '@sallyport/protocol'
import { isLines, type RecordingFile, recordingFiles, removeAgeFile, removeFile, sealedInFile } from './recording-files.ts'

const DAY = 86_400_000

export interface KeptDays {
  readonly days: number
  readonly daysByKind?: DaysByKind | undefined
}

export interface SweepOptions extends KeptDays {
  readonly limitBytes: number
  /** Milliseconds since 1970. */
  readonly now: number
  /** Files of a batch that the API does not have yet stay. */
  readonly isSpared: (path: string) => boolean
}

/** Removes files of kinds whose time is over. Returns what is left. */
const sweepKinds = async (folder: string, { days, daysByKind = {}, now, isSpared }: SweepOptions) => {
  const batches: RecordingFile[] = []
  let bytes = 0
  for await (const file of recordingFiles(folder)) {
    if (isSpared(file.path)) continue
    const limit = file.kind === null ? Number.POSITIVE_INFINITY : Math.min(days, daysByKind[file.kind] ?? days)
    if (file.at + limit * DAY <= now) {
      await removeFile(file.path)
      continue
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
  let { bytes } = left
  let crowded = 0
  for (const batch of left.batches) {
    const isOld = batch.at + options.days * DAY <= options.now
    if (!isOld && bytes <= options.limitBytes) break
    if (!isOld) crowded += 1
    bytes -= await removeBatch(batch)
  }
  return crowded
}
