/** Encrypts the records of a batch to their recipients: files of one person each, and the lines that are shipped in their place. */
import { createHash } from 'node:crypto'
import { activityEnvelope } from '@sallyport/protocol'
import { activity, type Activity, type SealedActivity } from '@sallyport/recording'
import { sealRecording } from '@sallyport/recording/age'
import type { z } from 'zod'
import { spooledSeal, type SpooledSeal } from './seal-marker.ts'

/** A file is closed when it holds so much, in bytes before encryption; one record more fits what may be uploaded. */
const FILE_LENGTH = 512 * 1024

export interface SealedFile {
  /** base64url SHA-256. */
  readonly digest: string
  readonly bytes: Uint8Array
}

export interface SealedBatch {
  /** JSON lines, each ended by LF. */
  readonly lines: string
  readonly files: readonly SealedFile[]
}

const spooledLine = activityEnvelope.extend({ seal: spooledSeal })
type SpooledLine = z.infer<typeof spooledLine>

const parseLine = (line: string): SpooledLine => spooledLine.parse(JSON.parse(line))

interface OpenFile {
  readonly seal: SpooledSeal
  readonly lines: string[]
  length: number
  /** Places in the batch. */
  readonly places: number[]
}

/** Which lines lie in one file: of one person under one order, as many as it holds. */
const filesOf = (parsed: readonly SpooledLine[]): OpenFile[] => {
  const files: OpenFile[] = []
  const open = new Map<string, OpenFile>()
  for (const [place, { seal, ...rest }] of parsed.entries()) {
    const key = JSON.stringify(seal)
    let file = open.get(key)
    if (file === undefined || file.length >= FILE_LENGTH) {
      file = { seal, lines: [], length: 0, places: [] }
      open.set(key, file)
      files.push(file)
    }
    const line = `${JSON.stringify(rest)}\n`
    file.lines.push(line)
    file.length += Buffer.byteLength(line)
    file.places.push(place)
  }
  return files
}

const failedOf = (record: Activity): boolean | null =>
  record.kind === 'query' || record.kind === 'transfer' ? record.error !== null : null

const stubOf = (line: SpooledLine, recording: string): string => {
  const { seal, activity: unchecked, ...place } = line
  const record = activity.parse(unchecked)
  if (record.kind === 'sealed') throw new TypeError('a record is sealed twice')
  const stub: SealedActivity = {
    kind: 'sealed',
    at: record.at,
    of: record.kind,
    failed: failedOf(record),
    recording,
    kept: seal.kept,
    person: seal.person,
  }
  return `${JSON.stringify({ ...place, activity: stub })}\n`
}

/** `lines`: of the spool, each with its seal. */
export const sealBatch = async (lines: string): Promise<SealedBatch> => {
  const parsed = lines.split('\n').slice(0, -1).map(parseLine)
  const stubs: string[] = []
  const files: SealedFile[] = []
  for (const { seal, lines: own, places } of filesOf(parsed)) {
    const bytes = await sealRecording(Buffer.from(own.join('')), seal.to)
    const digest = createHash('sha256').update(bytes).digest('base64url')
    files.push({ digest, bytes })
    for (const place of places) stubs[place] = stubOf(parsed[place]!, digest)
  }
  return { lines: stubs.join(''), files }
}
