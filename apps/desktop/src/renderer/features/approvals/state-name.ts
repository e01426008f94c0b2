/** A state as a word of its own, for choosing one. */
import type { AccessRequestState } from '@sallyport/protocol/api'
import { text } from '../../texts/text.ts'

export const stateName = (state: AccessRequestState): string => {
  switch (state) {
    case 'pending':
      return text('approvals.statePending')
    case 'approved':
      return text('approvals.stateApproved')
    case 'active':
      return text('access.active')
    case 'ended':
      return text('access.ended')
    case 'refused':
      return text('approvals.stateRefused')
    case 'withdrawn':
      return text('access.withdrawn')
    case 'expired':
      return text('access.expired')
    case 'cancelled':
      return text('access.cancelled')
    case 'review-pending':
      return text('access.reviewPending')
    case 'reviewed':
      return text('approvals.stateReviewed')
  }
}
