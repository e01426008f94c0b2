/** Reads a batch as a gateway sent it: signature, digest, lines, records. Nothing of it is believed before all of it holds. */
import {
  activityBatch,
  type ActivityBatch,
  type ActivityUpload,
  activityEnvelope,
  equalBytes,
  fromBase64url,
  MAX_BATCH_BYTES,
  SallyportError,
  sha256,
  type UploadedRecording,
  utf8,
  verifyStatement,
} from '@sallyport/protocol'
import { activity, MAX_ACTIVITY_BYTES, type StoredActivity } from '@sallyport/recording'

/** One record, with where it belongs. `text`: the activity's JSON as the gateway wrote it, so that what was signed can be made again. */
export interface BatchRecord {
  readonly number: number
  readonly lease: string
  readonly connection: string
  readonly session: string
  readonly credential: string
  readonly activity: StoredActivity
  readonly text: string
}

export interface ReadBatch {
  readonly statement: ActivityBatch
  readonly digest: Uint8Array
  readonly previous: Uint8Array
  readonly records: readonly BatchRecord[]
  /** Files that records name, by digest; null: the gateway keeps it. */
  readonly recordings: ReadonlyMap<string, Uint8Array | null>
}

export interface BatchSender {
  readonly organization: string
  readonly gateway: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

/** Room in a line for the envelope around a record, in characters. */
const ENVELOPE_LENGTH = 1024

const invalid = (message: string, cause?: unknown): SallyportError =>
  new SallyportError('invalid_request', cause === undefined ? { message } : { message, cause })

const readLine = (line: string, expected: number): BatchRecord => {
  if (line.length > MAX_ACTIVITY_BYTES + ENVELOPE_LENGTH) throw invalid(`Record ${expected} is too long.`)
  try {
    const { activity: unchecked, ...envelope } = activityEnvelope.parse(JSON.parse(line))
    const checked = activity.parse(unchecked)
    if (envelope.number !== expected) throw new TypeError(`number ${envelope.number} instead of ${expected}`)
    return { ...envelope, activity: checked, text: JSON.stringify(unchecked) }
  } catch (cause) {
    throw invalid(`Record ${expected} is not valid.`, cause)
  }
}

/** Each file is what its digest says, and records name exactly these. */
const readRecordings = async (
  uploaded: readonly UploadedRecording[],
  records: readonly BatchRecord[],
): Promise<ReadonlyMap<string, Uint8Array | null>> => {
  const found = new Map<string, Uint8Array | null>()
  for (const { digest, body } of uploaded) {
    const bytes = body === null ? null : fromBase64url(body)
    if (bytes !== null && !equalBytes(await sha256(bytes), fromBase64url(digest)))
      throw invalid('A recording has another digest.')
    found.set(digest, bytes)
  }
  const named = new Set(records.flatMap(({ activity: record }) => (record.kind === 'sealed' ? [record.recording] : [])))
  if (named.size !== found.size || [...named].some((digest) => !found.has(digest))) {
    throw invalid('Records and recordings do not belong together.')
  }
  return found
}

/**
 * Throws `signature_invalid` when the statement is not the gateway's or is not about these lines, `identity_mismatch` when it
 * names another gateway, `payload_too_large` and `invalid_request` for the lines themselves.
 */
export const readBatch = async (upload: ActivityUpload, sender: BatchSender): Promise<ReadBatch> => {
  const statement = await verifyStatement(activityBatch, upload.batch, [sender.publicKey])
  if (statement.organization !== sender.organization || statement.gateway !== sender.gateway) {
    throw new SallyportError('identity_mismatch')
  }
  const bytes = utf8(upload.lines)
  if (bytes.length > MAX_BATCH_BYTES) throw new SallyportError('payload_too_large')
  const digest = await sha256(bytes)
  if (!equalBytes(digest, fromBase64url(statement.digest))) {
    throw new SallyportError('signature_invalid', { message: 'The digest of the batch does not match its lines.' })
  }
  const lines = upload.lines.split('\n', statement.count + 2)
  if (lines.pop() !== '' || lines.length !== statement.count) throw invalid(`The batch does not have ${statement.count} lines.`)
  const records = lines.map((line, index) => readLine(line, statement.first + index))
  const recordings = await readRecordings(upload.recordings ?? [], records)
  return { statement, digest, previous: fromBase64url(statement.previous), records, recordings }
}
