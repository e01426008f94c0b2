/** What I approved or refused, newest first. */
import { IconChecklist } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { EmptyState } from '../../ui/states.tsx'
import { DecisionPanel } from './decision-panel.tsx'
import { Queue } from './queue.tsx'

export const DecidedPage = ({ opened }: { readonly opened: string | null }) => {
  const query = usePages('listApprovals', { query: { decided: 'yes', limit: 100 } })
  const [, navigate] = useLocation()
  const rows = useMemo(() => query.items.map(({ request }) => request), [query.items])
  const selected = query.items.find(({ request }) => request.id === opened)
  return (
    <Queue
      view="decided"
      label={text('approvals.decidedList')}
      query={query}
      rows={rows}
      opened={opened}
      panel={
        selected ? (
          <DecisionPanel key={selected.request.id} item={selected} onClose={() => navigate('/approvals/decided')} />
        ) : null
      }
      empty={
        <EmptyState icon={IconChecklist} title={text('approvals.emptyDecided')}>
          {text('approvals.emptyDecidedText')}
        </EmptyState>
      }
    />
  )
}
