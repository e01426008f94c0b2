/** What people typed into requests, each under the key of who typed it. */
import type { Transaction } from '../../db/schema.ts'
import { personalColumn } from '../personal-data/index.ts'

interface Text {
  readonly text: string
}

const reasons = personalColumn<Text>('access_requests')
const closings = personalColumn<Text>('access_requests', 'closed_personal')
const reviews = personalColumn<Text>('access_requests', 'review_personal')
const votes = personalColumn<Text>('access_votes')

interface TypedRow {
  readonly id: string
  readonly user_id: string
  readonly personal: Buffer | null
  readonly closed_by: string | null
  readonly closed_personal: Buffer | null
  readonly reviewer_id: string | null
  readonly review_personal: Buffer | null
}

export interface TypedTexts {
  readonly reason: string
  readonly closedNote: string
  readonly reviewNote: string
}

/** In their order; empty where nothing was typed, or its person was erased. */
export const openTyped = async (transaction: Transaction, rows: readonly TypedRow[]): Promise<TypedTexts[]> => {
  const [asked, closed, reviewed] = [
    await reasons.openAll(
      transaction,
      rows.map((row) => ({ row: row.id, person: row.user_id, sealed: row.personal })),
    ),
    await closings.openAll(
      transaction,
      rows.map((row) => ({ row: row.id, person: row.closed_by, sealed: row.closed_personal })),
    ),
    await reviews.openAll(
      transaction,
      rows.map((row) => ({ row: row.id, person: row.reviewer_id, sealed: row.review_personal })),
    ),
  ]
  return rows.map((_, index) => ({
    reason: asked[index]?.text ?? '',
    closedNote: closed[index]?.text ?? '',
    reviewNote: reviewed[index]?.text ?? '',
  }))
}

export const sealReason = (transaction: Transaction, request: { readonly id: string; readonly user: string }, text: string) =>
  reasons.seal(transaction, { row: request.id, person: request.user }, { text })

/** Columns of the notes that a change of a request brings. */
export const sealNotes = async (
  transaction: Transaction,
  request: { readonly id: string; readonly closedBy: string | null; readonly reviewer: string | null },
  notes: { readonly closedNote: string | undefined; readonly reviewNote: string | undefined },
) => {
  const { id, closedBy, reviewer } = request
  const { closedNote, reviewNote } = notes
  return {
    ...(closedNote === undefined
      ? {}
      : { closed_personal: await closings.seal(transaction, { row: id, person: closedBy }, { text: closedNote }) }),
    ...(reviewNote === undefined
      ? {}
      : { review_personal: await reviews.seal(transaction, { row: id, person: reviewer }, { text: reviewNote }) }),
  }
}

interface VotePlace {
  readonly request: string
  readonly user: string
}

const placeOfVote = ({ request, user }: VotePlace) => ({ row: `${request} ${user}`, person: user })

/** In their order. */
export const openVoteNotes = async (
  transaction: Transaction,
  rows: readonly (VotePlace & { readonly personal: Buffer | null })[],
): Promise<string[]> => {
  const opened = await votes.openAll(
    transaction,
    rows.map((row) => ({ ...placeOfVote(row), sealed: row.personal })),
  )
  return opened.map((value) => value?.text ?? '')
}

export const sealVoteNote = (transaction: Transaction, vote: VotePlace, text: string) =>
  votes.seal(transaction, placeOfVote(vote), { text })
