/**
 * What a start finds. The last segment may end in a frame that a crash tore: it was never acknowledged to anybody, and is cut
 * off. Anything else that does not fit together is damage: the gateway refuses to start over it, because records that were
 * promised would silently be missing.
 */
import { open, rm } from 'node:fs/promises'
import type { Cursor } from './cursor.ts'
import { listSegments, type SegmentFile } from './segment-files.ts'
import { SegmentReader } from './segment-reader.ts'

export interface RecoveredSegment extends SegmentFile {
  readonly length: number
}

export interface Recovered {
  /** Number of the next record. */
  readonly next: number
  /** Whole segments that are not shipped yet, in order. */
  readonly segments: readonly RecoveredSegment[]
  /** Bytes that were cut off the last one. */
  readonly cut: number
}

/** The spool's files contradict each other or what was shipped. `message` says where. */
export class SpoolDamagedError extends Error {
  constructor(message: string) {
    super(`${message} Keep the spool folder for inspection, move it away and start again: a new stream begins then.`)
    this.name = 'SpoolDamagedError'
  }
}

interface Scan {
  readonly next: number
  readonly length: number
  readonly torn: boolean
}

const scan = async (file: SegmentFile, context: { spoolKey: Buffer; stream: string }): Promise<Scan> => {
  const reader = await SegmentReader.open(file.path, context.spoolKey)
  if (reader === null) return { next: file.first, length: 0, torn: true }
  try {
    if (reader.header.stream !== context.stream || reader.header.first !== file.first)
      throw new SpoolDamagedError(`${file.path} does not belong to this stream.`)
    let next = file.first
    for (let frame = await reader.next(); frame !== null; frame = await reader.next()) {
      if (frame.first !== next) throw new SpoolDamagedError(`${file.path} lacks record ${next}.`)
      next += frame.count
    }
    return { next, length: reader.position, torn: await reader.hasMore() }
  } finally {
    await reader.close()
  }
}

const cutFile = async (path: string, length: number): Promise<number> => {
  const handle = await open(path, 'r+')
  try {
    const { size } = await handle.stat()
    await handle.truncate(length)
    await handle.sync()
    return size - length
  } finally {
    await handle.close()
  }
}

/** Throws {@link SpoolDamagedError}. */
export const recover = async (
  folder: string,
  context: { readonly spoolKey: Buffer; readonly cursor: Cursor },
): Promise<Recovered> => {
  const { spoolKey, cursor } = context
  const files = listSegments(folder)
  const segments: RecoveredSegment[] = []
  let [next, cut] = [files[0]?.first ?? cursor.next, 0]
  if (next > cursor.next) throw new SpoolDamagedError(`Records from ${cursor.next} to ${next} are missing.`)
  for (const [index, file] of files.entries()) {
    if (file.first !== next) throw new SpoolDamagedError(`Records from ${next} to ${file.first} are missing.`)
    const found = await scan(file, { spoolKey, stream: cursor.stream })
    if (found.torn && index < files.length - 1) throw new SpoolDamagedError(`${file.path} is damaged.`)
    if (found.torn) cut = await cutFile(file.path, found.length)
    // Without records it would bear the name of the segment that comes next.
    if (found.next === file.first || found.next <= cursor.next) await rm(file.path)
    else segments.push({ ...file, length: found.length })
    next = found.next
  }
  if (next < cursor.next) throw new SpoolDamagedError(`Records up to ${cursor.next} were shipped, but only ${next} are known.`)
  return { next, segments, cut }
}
