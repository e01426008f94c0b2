/** Names of the spool's files. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const DIGITS = 16
const pattern = /^segment-(\d{16})\.spool$/

export interface SegmentFile {
  readonly path: string
  /** Number of its first record, as the name says. */
  readonly first: number
}

export const segmentPath = (folder: string, first: number): string =>
  join(folder, `segment-${String(first).padStart(DIGITS, '0')}.spool`)

/** In the order of their records. */
export const listSegments = (folder: string): SegmentFile[] =>
  readdirSync(folder)
    .flatMap((name) => {
      const first = pattern.exec(name)?.[1]
      return first === undefined ? [] : [{ path: join(folder, name), first: Number(first) }]
    })
    .sort((left, right) => left.first - right.first)
