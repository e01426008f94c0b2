/** `add-checkpoint` of C2SP tlog-witness: cosigns a head that goes on from the one that was cosigned last, and no other. */
import {
  AuditLogError,
  cosign,
  emptyRoot,
  equalHashes,
  formatNote,
  formatSignatureLines,
  openCheckpoint,
  type OpenedCheckpoint,
  parseCheckpoint,
  parseNote,
  parseWitnessRequest,
  verifyConsistency,
  type WitnessRequest,
  withSignatures,
} from '@sallyport/audit-log'
import type { Heads } from './heads.ts'
import type { WitnessKey } from './key.ts'
import type { KeysOfLog } from './logs.ts'

export interface WitnessParts {
  readonly heads: Heads
  readonly keysOf: KeysOfLog
  readonly own: WitnessKey
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** An answer over HTTP. `reason` is for the witness's own log. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly type?: string
  readonly reason?: string
}

const refuse = (status: number, reason: string): Answer => ({ status, body: `${reason}\n`, reason })

const readRequest = (body: string): { readonly request: WitnessRequest; readonly origin: string } => {
  const request = parseWitnessRequest(body)
  return { request, origin: parseCheckpoint(parseNote(request.checkpoint).text).origin }
}

const attempt = <Value>(work: () => Value, status: number): Value | Answer => {
  try {
    return work()
  } catch (error) {
    if (error instanceof AuditLogError) return refuse(status, error.message)
    throw error
  }
}

const isAnswer = (value: object): value is Answer => 'status' in value

interface Head {
  readonly size: number
  readonly root: Uint8Array
}

/** Why the head does not go on from the one before; null when it does. */
const objection = (request: WitnessRequest, next: OpenedCheckpoint, before: Head): Answer | null => {
  if (request.oldSize > next.size) return refuse(400, 'The old size is larger than the new one.')
  if (request.oldSize !== before.size) {
    const reason = `has ${before.size} entries, and was told ${request.oldSize}`
    return { status: 409, body: `${before.size}\n`, type: 'text/x.tlog.size', reason }
  }
  if (next.size === 0 && !equalHashes(next.root, emptyRoot)) return refuse(422, 'An empty log has another root.')
  if (!verifyConsistency({ from: before, to: next, proof: request.proof })) {
    return refuse(422, `This head of ${next.size} entries does not contain the one of ${before.size}.`)
  }
  return null
}

export const addCheckpoint = async (body: string, { heads, keysOf, own, clock }: WitnessParts): Promise<Answer> => {
  const read = attempt(() => readRequest(body), 400)
  if (isAnswer(read)) return read
  const { request, origin } = read
  const keys = await keysOf(origin)
  if (keys.length === 0) return refuse(404, 'This log is not known here.')
  const next = attempt(() => openCheckpoint(request.checkpoint, keys), 403)
  if (isAnswer(next)) return next
  return heads.alone(origin, async () => {
    const kept = await heads.read(origin)
    const before = kept === null ? { size: 0, root: emptyRoot } : parseCheckpoint(parseNote(kept).text)
    const refused = objection(request, next, before)
    if (refused !== null) return refused
    const trusted = next.note.signatures.filter(({ name, id }) => keys.some((key) => key.name === name && key.id === id))
    const line = await cosign(next.note, { ...own, time: Math.floor(clock() / 1000) })
    await heads.write(origin, formatNote(withSignatures({ text: next.note.text, signatures: trusted }, [line])))
    return { status: 200, body: formatSignatureLines([line]) }
  })
}
