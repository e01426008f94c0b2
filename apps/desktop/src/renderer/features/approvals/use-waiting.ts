/** How many requests and reviews wait for this person. Asked anew whenever the API says that requests changed. */
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import { useSignedIn } from '../../data/permissions.ts'
import { useRoute } from '../../data/use-route.ts'

const FIRST = { query: { limit: 100 } }

/** What the caller can decide now: not what they decided already, or may not decide. */
const decidable = (items: readonly AccessDecisionItem[] | undefined): number =>
  (items ?? []).filter(({ refusal, ownVote }) => refusal === null && ownVote === null).length

export const useWaiting = (): { readonly approvals: number; readonly reviews: number } => {
  const enabled = useSignedIn()
  const approvals = useRoute('listApprovals', FIRST, { enabled }).data?.items
  const reviews = useRoute('listReviews', FIRST, { enabled }).data?.items
  return { approvals: decidable(approvals), reviews: decidable(reviews) }
}
