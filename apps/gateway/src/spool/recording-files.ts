/**
 * The files of recordings. `<first record>.jsonl`: the lines of a batch as they are shipped. `<kind>/<digest>.age`: a file that they
 * name, of one kind and hour; its time of change is that of its latest record. Files from before kinds were told apart lie
 * beside the lines.
 *
 *     recordings/<stream>/<first record>.jsonl
 *     recordings/<stream>/<kind>/<digest>.age
 *     recordings/<stream>/<digest>.age
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readFileUpTo, readTextUpTo } from '@sallyport/program'
import { activityKind, MAX_BATCH_BYTES, MAX_RECORDING_BYTES } from '@sallyport/protocol'
import { activity, type SealedActivity } from '@sallyport/recording'
import { z } from 'zod'

const shippedLine = z.object({ activity })

/** Of each file that these lines name, one of the records in it. */
export const sealedIn = (lines: string): SealedActivity[] => {
  const found = new Map<string, SealedActivity>()
  for (const line of lines.split('\n').slice(0, -1)) {
    const { activity: record } = shippedLine.parse(JSON.parse(line))
    if (record.kind === 'sealed') found.set(record.recording, record)
  }
  return [...found.values()]
}

/** Of the lines in a file; nothing when it is gone. */
export const sealedInFile = async (path: string): Promise<SealedActivity[]> => {
  const lines = await readTextUpTo(path, MAX_BATCH_BYTES)
  return lines === null ? [] : sealedIn(lines)
}

type Named = Pick<SealedActivity, 'of' | 'recording'>

/** `folder`: of the stream. */
export const ageFile = (folder: string, { of, recording }: Named): string => join(folder, of, `${recording}.age`)
/** Where it is, or was before kinds were told apart. */
export const ageFilesOf = (folder: string, record: Named): readonly [string, string] => [
  ageFile(folder, record),
  join(folder, `${record.recording}.age`),
]

/** null: it is gone. */
export const readAgeFile = async (folder: string, record: Named): Promise<Buffer | null> => {
  const [path, before] = ageFilesOf(folder, record)
  return (await readFileUpTo(path, MAX_RECORDING_BYTES)) ?? (await readFileUpTo(before, MAX_RECORDING_BYTES))
}

/** Bytes that it had. */
export const removeFile = async (path: string): Promise<number> => {
  const known = await statOf(path)
  await rm(path, { force: true })
  return known?.size ?? 0
}

/** Bytes that it had. */
export const removeAgeFile = async (folder: string, record: Named): Promise<number> => {
  const [path, before] = ageFilesOf(folder, record)
  return (await removeFile(path)) + (await removeFile(before))
}

const isCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

/** `at`: of its last change, milliseconds since 1970. Null when there is no such file. */
const statOf = async (path: string): Promise<{ readonly size: number; readonly at: number } | null> => {
  try {
    const found = await stat(path)
    return found.isFile() ? { size: found.size, at: found.mtimeMs } : null
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** Empty for what is no folder. */
const names = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

export interface RecordingFile {
  readonly path: string
  /** Of its stream. */
  readonly folder: string
  /** null: of lines, or of several kinds. */
  readonly kind: z.infer<typeof activityKind> | null
  readonly size: number
  readonly at: number
}

/** Every file of every stream. What is removed meanwhile is left out. */
export async function* recordingFiles(recordings: string): AsyncGenerator<RecordingFile> {
  for (const stream of await names(recordings)) {
    const folder = join(recordings, stream)
    for (const kind of [null, ...activityKind.options]) {
      const within = kind === null ? folder : join(folder, kind)
      for (const name of await names(within)) {
        const path = join(within, name)
        const known = await statOf(path)
        if (known !== null) yield { path, folder, kind, ...known }
      }
    }
  }
}

export const holdsRecordings = async (recordings: string): Promise<boolean> => !(await recordingFiles(recordings).next()).done

export const isLines = ({ path }: RecordingFile): boolean => path.endsWith('.jsonl')
