/** Emergency access: what I must look at first, then what I have looked at. */
import { IconChecklist } from '@tabler/icons-react'
import type { AccessRequest } from '@sallyport/protocol/api'
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { EmptyState } from '../../ui/states.tsx'
import { DecisionPanel } from './decision-panel.tsx'
import { Queue } from './queue.tsx'

const groupOf = ({ state }: AccessRequest): string => (state === 'reviewed' ? 'reviewed' : 'waiting')
const headerOf = (rows: readonly AccessRequest[]): string =>
  rows[0] && groupOf(rows[0]) === 'reviewed' ? text('approvals.stateReviewed') : text('approvals.reviews')

export const ReviewsPage = ({ opened }: { readonly opened: string | null }) => {
  const waiting = usePages('listReviews', { query: { limit: 100 } })
  const done = usePages(
    'listReviews',
    { query: { decided: 'yes', limit: 100 } },
    { enabled: waiting.isSuccess && !waiting.hasNextPage },
  )
  const [, navigate] = useLocation()
  const items = useMemo(() => [...waiting.items, ...done.items], [waiting.items, done.items])
  const rows = useMemo(() => items.map(({ request }) => request), [items])
  const selected = items.find(({ request }) => request.id === opened)
  return (
    <Queue
      view="reviews"
      label={text('approvals.reviewList')}
      query={waiting.hasNextPage || !done.isSuccess ? waiting : done}
      rows={rows}
      opened={opened}
      groupOf={groupOf}
      groupHeader={headerOf}
      panel={
        selected ? (
          <DecisionPanel key={selected.request.id} item={selected} onClose={() => navigate('/approvals/reviews')} />
        ) : null
      }
      empty={
        <EmptyState icon={IconChecklist} title={text('approvals.emptyReviews')}>
          {text('approvals.emptyReviewsText')}
        </EmptyState>
      }
    />
  )
}
