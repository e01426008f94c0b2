/**
 * Brings published heads to the witnesses, and asks them what they have seen before this process signs its first: one that has seen
 * a longer log, or another history, stops the signing.
 */
import {
  AuditLogError,
  cosignersOf,
  formatNote,
  formatNoteKey,
  type NoteKey,
  type NoteSignature,
  parseNote,
  parseSignatureLines,
  withSignatures,
} from '@sallyport/audit-log'
import type { LogWitness } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { readLogWitnesses, witnessKey } from '../../domains/log-witnesses/index.ts'
import { type Published, readPublished } from './checkpoint.ts'
import type { LogParts } from './parts.ts'
import { NotSigned } from './problem.ts'
import { treeOf } from './tiles.ts'
import type { AskWitness } from './witness-client.ts'

export interface WitnessingParts extends LogParts {
  readonly ask: AskWitness
}

interface KnownWitness extends LogWitness {
  readonly noteKey: NoteKey
  /** Size that it cosigned last, as far as is known here. */
  readonly size: number
}

/** What became of a head at one witness. */
type Outcome =
  | { readonly kind: 'cosigned'; readonly signature: NoteSignature }
  | { readonly kind: 'knows-nothing' | 'failed'; readonly message: string }
  | { readonly kind: 'ahead' | 'fork'; readonly message: string }

const readKnown = async (transaction: Transaction): Promise<{ readonly quorum: number; readonly witnesses: KnownWitness[] }> => {
  const { witnesses, quorum } = await readLogWitnesses(transaction)
  const heads = await transaction.selectFrom('witness_heads').select(['key', 'size']).execute()
  const sizes = new Map(heads.map(({ key, size }) => [key, Number(size)]))
  return {
    quorum,
    witnesses: witnesses.map((witness) => ({ ...witness, noteKey: witnessKey(witness), size: sizes.get(witness.key) ?? 0 })),
  }
}

/** Throws when it is not a cosignature of this witness over this head. */
const cosignatureIn = (lines: string, published: Published, key: NoteKey): NoteSignature => {
  const signatures = parseSignatureLines(lines)
  const note = withSignatures({ ...parseNote(published.note), signatures: [] }, signatures)
  if (cosignersOf(note, [key]).length === 0) throw new AuditLogError('signature-invalid', 'its cosignature is not there')
  return signatures.find(({ name, id }) => name === key.name && id === key.id)!
}

/** Asks with the size that is known here, and once more with the one that the witness says it has. */
const submit = async (
  { ask, pool }: WitnessingParts,
  { organization, published }: { readonly organization: string; readonly published: Published },
  witness: KnownWitness,
): Promise<Outcome> => {
  const { name } = witness.noteKey
  let oldSize = Math.min(witness.size, published.size)
  for (let attempt = 0; attempt < 2; attempt++) {
    const from = oldSize
    const proof = await withOrganization(pool, organization, (transaction) =>
      treeOf(transaction, published.size).consistency(from),
    )
    const answer = await ask(witness.url, { oldSize, proof, checkpoint: published.note })
    switch (answer.kind) {
      case 'cosigned':
        return { kind: 'cosigned', signature: cosignatureIn(answer.lines, published, witness.noteKey) }
      case 'unknown-log':
        return { kind: 'knows-nothing', message: 'It does not know this log: give it the log’s key.' }
      case 'inconsistent':
        return { kind: 'fork', message: `${name} has seen another history than the ${published.size} entries that are here.` }
      case 'has-other-size':
        if (answer.size > published.size) {
          return {
            kind: 'ahead',
            message: `${name} has seen ${answer.size} entries, and a head of ${published.size} is the newest here.`,
          }
        }
        oldSize = answer.size
        break
      case 'refused':
        return { kind: 'failed', message: answer.message }
    }
  }
  return { kind: 'failed', message: 'its size changed while it was asked' }
}

const keepOutcome = async (
  transaction: Transaction,
  {
    witness,
    outcome,
    size,
    now,
  }: { readonly witness: KnownWitness; readonly outcome: Outcome; readonly size: number; readonly now: number },
): Promise<void> => {
  const cosigned = outcome.kind === 'cosigned'
  const values = {
    size: cosigned ? size : witness.size,
    answered_at: new Date(now),
    problem: cosigned ? null : outcome.message.slice(0, 500),
  }
  await transaction
    .insertInto('witness_heads')
    .values({ key: witness.key, ...values })
    .onConflict((conflict) => conflict.columns(['organization_id', 'key']).doUpdateSet(values))
    .execute()
}

/** The cosignatures of this head beside those that it had, when it is the newest witnessed one. */
const keepWitnessed = async (
  transaction: Transaction,
  {
    published,
    signatures,
    quorum,
  }: { readonly published: Published; readonly signatures: readonly NoteSignature[]; readonly quorum: number },
): Promise<void> => {
  const row = await transaction
    .selectFrom('audit_checkpoints')
    .select(['witnessed_size', 'witnessed_note'])
    .forUpdate()
    .executeTakeFirst()
  const had = Number(row?.witnessed_size ?? 0)
  if (row === undefined || signatures.length < Math.max(1, quorum) || had > published.size) return
  const before = had === published.size && row.witnessed_note !== null ? row.witnessed_note : published.note
  await transaction
    .updateTable('audit_checkpoints')
    .set({ witnessed_size: published.size, witnessed_note: formatNote(withSignatures(parseNote(before), signatures)) })
    .execute()
}

const attempt = async (
  parts: WitnessingParts,
  place: { readonly organization: string; readonly published: Published },
  witness: KnownWitness,
): Promise<Outcome> => {
  try {
    return await submit(parts, place, witness)
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Brings this head to all witnesses. Throws {@link NotSigned} when one has seen a longer log or another history, and with
 * `demand` also when too few answer at all.
 */
export const askWitnesses = async (
  parts: WitnessingParts,
  { organization, published, demand }: { readonly organization: string; readonly published: Published; readonly demand: boolean },
): Promise<void> => {
  const { pool, clock, logger } = parts
  const { witnesses, quorum } = await withOrganization(pool, organization, readKnown)
  if (witnesses.length === 0) return
  const asked = demand ? witnesses : witnesses.filter(({ size }) => size < published.size)
  if (asked.length === 0) return
  const outcomes = await Promise.all(
    asked.map(async (witness) => ({ witness, outcome: await attempt(parts, { organization, published }, witness) })),
  )
  await withOrganization(pool, organization, async (transaction) => {
    for (const { witness, outcome } of outcomes)
      await keepOutcome(transaction, { witness, outcome, size: published.size, now: clock() })
    const signatures = outcomes.flatMap(({ outcome }) => (outcome.kind === 'cosigned' ? [outcome.signature] : []))
    await keepWitnessed(transaction, { published, signatures, quorum })
  })
  for (const { witness, outcome } of outcomes) {
    if (outcome.kind === 'cosigned') continue
    logger.warn(
      {
        event: 'log.witness',
        organization,
        witness: formatNoteKey(witness.noteKey),
        outcome: outcome.kind,
        message: outcome.message,
      },
      'a witness did not cosign',
    )
    if (outcome.kind === 'ahead') throw new NotSigned('behind-witness', outcome.message)
    if (outcome.kind === 'fork') throw new NotSigned('beside-witness', outcome.message)
  }
  const answered = outcomes.filter(({ outcome }) => outcome.kind !== 'failed').length
  if (demand && answered < Math.max(1, quorum)) {
    throw new NotSigned(
      'witnesses-silent',
      `${answered} of ${witnesses.length} witnesses answer: nothing is signed before ${Math.max(1, quorum)} have said what they have seen.`,
    )
  }
}

/** What was published before this process began, which it need not sign anew to ask about. */
export const askBeforeSigning = async (parts: WitnessingParts, organization: string): Promise<void> => {
  const published = await withOrganization(parts.pool, organization, readPublished)
  if (published !== null) await askWitnesses(parts, { organization, published, demand: true })
}
