/**
 * Encrypts the records of a batch to their recipients: files of one person, one kind and one UTC hour each, so that each goes as soon as
 * what is in it is to go, and the lines that are shipped in their place.
 */
import { createHash } from 'node:crypto'
import { activityEnvelope } from '@sallyport/protocol'
import { activity, type Activity, type SealedActivity } from '@sallyport/recording'
import { sealRecording } from '@sallyport/recording/age'
import type { z } from 'zod'
import { spooledSeal, type SpooledSeal } from './seal-marker.ts'

const HOUR = 3_600_000
/** A file is closed when it holds so much, in bytes before encryption; one record more fits what may be uploaded. */
const FILE_LENGTH = 512 * 1024

export interface SealedFile {
  /** base64url SHA-256. */
  readonly digest: string
  readonly bytes: Uint8Array
  readonly kind: Activity['kind']
  /** Of its latest record, milliseconds since 1970. */
  readonly at: number
}

export interface SealedBatch {
  /** JSON lines, each ended by LF. */
  readonly lines: string
  readonly files: readonly SealedFile[]
}

const spooledLine = activityEnvelope.extend({ seal: spooledSeal })

interface SpooledRecord {
  readonly line: z.infer<typeof spooledLine>
  readonly record: Activity
  /** Milliseconds since 1970. */
  readonly at: number
}

const parseLine = (text: string): SpooledRecord => {
  const line = spooledLine.parse(JSON.parse(text))
  const record = activity.parse(line.activity)
  if (record.kind === 'sealed') throw new TypeError('a record is sealed twice')
  return { line, record, at: Date.parse(record.at) }
}

interface OpenFile {
  readonly seal: SpooledSeal
  readonly kind: Activity['kind']
  at: number
  readonly lines: string[]
  length: number
  /** Places in the batch. */
  readonly places: number[]
}

/** Which lines lie in one file: of one person, kind and hour under one order, as many as it holds. */
const filesOf = (parsed: readonly SpooledRecord[]): OpenFile[] => {
  const files: OpenFile[] = []
  const open = new Map<string, OpenFile>()
  for (const [place, { line: spooled, record, at }] of parsed.entries()) {
    const { seal, ...rest } = spooled
    const key = `${record.kind} ${Math.floor(at / HOUR)} ${JSON.stringify(seal)}`
    let file = open.get(key)
    if (file === undefined || file.length >= FILE_LENGTH) {
      file = { seal, kind: record.kind, at, lines: [], length: 0, places: [] }
      open.set(key, file)
      files.push(file)
    }
    const line = `${JSON.stringify(rest)}\n`
    file.lines.push(line)
    file.length += Buffer.byteLength(line)
    file.places.push(place)
    file.at = Math.max(file.at, at)
  }
  return files
}

const failedOf = (record: Activity): boolean | null =>
  record.kind === 'query' || record.kind === 'transfer' ? record.error !== null : null

const stubOf = ({ line, record }: SpooledRecord, recording: string): string => {
  const { seal, activity: _sealed, ...place } = line
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
  for (const { seal, kind, at, lines: own, places } of filesOf(parsed)) {
    const bytes = await sealRecording(Buffer.from(own.join('')), seal.to)
    const digest = createHash('sha256').update(bytes).digest('base64url')
    files.push({ digest, bytes, kind, at })
    for (const place of places) stubs[place] = stubOf(parsed[place]!, digest)
  }
  return { lines: stubs.join(''), files }
}
