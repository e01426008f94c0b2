/** Who decided what on a request, in the order in which they did. */
import type { AccessRequest } from '@sallyport/protocol/api'
import { personName, timeSpan } from '../data/access-request.ts'
import { richText, text } from '../texts/text.ts'
import { clockTime, useNow } from './time.ts'
import styles from './vote-list.module.css'

type Vote = AccessRequest['approvals']['votes'][number]

export const VoteList = ({ votes }: { readonly votes: readonly Vote[] }) => {
  const now = useNow()
  return (
    <ol className={styles['votes']}>
      {votes.map((vote) => {
        const named = { name: personName(vote.approver), time: clockTime(vote.at, now) }
        const conditions = [
          ...(vote.duration === null ? [] : [text('access.voteFor', { span: timeSpan(vote.duration) })]),
          ...(vote.startsAt === null ? [] : [text('access.voteFrom', { time: clockTime(vote.startsAt, now) })]),
          ...(vote.sameDevice ? [text('access.voteSameDevice')] : []),
          ...(vote.counts ? [] : [text('access.voteVoid')]),
        ]
        return (
          <li key={`${vote.approver.id} ${vote.at}`}>
            <p>
              {vote.vote === 'approve' ? richText('access.voteApproved', named) : richText('access.voteRefused', named)}
              {conditions.length > 0 ? `, ${conditions.join(', ')}` : ''}
            </p>
            {vote.note === '' ? null : <p className={`${styles['note'] ?? ''} selectable`}>{vote.note}</p>}
          </li>
        )
      })}
    </ol>
  )
}
