/** Where a request stands, in a sentence or two. */
import type { AccessRequest } from '@sallyport/protocol/api'
import { personName } from '../../data/access-request.ts'
import { richText, text } from '../../texts/text.ts'
import { clockTime, duration } from '../../ui/time.ts'

const sentencesOf = (request: AccessRequest, now: number): readonly string[] => {
  const { access, closed, review } = request
  const at = (instant: string): string => clockTime(instant, now)
  switch (request.state) {
    case 'pending':
      return [
        text('requests.stateWaits', { time: at(request.waitsUntil) }),
        ...(request.escalatedAt ? [text('requests.stateEscalated', { time: at(request.escalatedAt) })] : []),
      ]
    case 'approved':
      return access ? [text('requests.stateApproved', { time: at(access.startsAt), end: at(access.expiresAt) })] : []
    case 'active': {
      if (!access) return []
      const left = duration(Date.parse(access.expiresAt) - now)
      return [text('requests.stateActive', { left, time: at(access.expiresAt) })]
    }
    case 'ended':
    case 'reviewed':
    case 'review-pending':
      return [
        ...(access
          ? [text('requests.stateEnded', { from: at(access.startsAt), to: at(access.endedAt ?? access.expiresAt) })]
          : []),
        ...(review?.dueAt && !review.at ? [text('requests.stateReview', { time: at(review.dueAt) })] : []),
      ]
    case 'refused':
    case 'withdrawn':
    case 'expired':
    case 'cancelled':
      return closed?.note ? [text('requests.closedNote', { note: closed.note })] : []
  }
}

export const RequestState = ({ request, now }: { readonly request: AccessRequest; readonly now: number }) => {
  const { review } = request
  return (
    <div className="selectable">
      {sentencesOf(request, now).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {review?.reviewer ? (
        <p>{richText('requests.reviewText', { name: personName(review.reviewer), note: review.note })}</p>
      ) : null}
    </div>
  )
}
