/** What waits for me, oldest first. */
import { IconChecklist } from '@tabler/icons-react'
import type { AccessRequest } from '@sallyport/protocol/api'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { EmptyState } from '../../ui/states.tsx'
import { DecisionPanel } from './decision-panel.tsx'
import { Queue } from './queue.tsx'

/** What a letter on a row puts the focus on; Enter then does it. */
type Intent = 'approve' | 'refuse'
const INTENTS: Readonly<Record<string, Intent>> = { a: 'approve', r: 'refuse' }

export const WaitingPage = ({ opened }: { readonly opened: string | null }) => {
  const query = usePages('listApprovals', { query: { limit: 100 } })
  const [, navigate] = useLocation()
  const [intent, setIntent] = useState<{ readonly id: string; readonly act: Intent } | null>(null)
  const rows = useMemo(() => query.items.map(({ request }) => request), [query.items])
  const selected = query.items.find(({ request }) => request.id === opened)
  const onRowKey = ({ id }: AccessRequest, key: string): boolean => {
    const act = INTENTS[key]
    if (!act) return false
    setIntent({ id, act })
    navigate(`/approvals/${id}`)
    return true
  }
  const close = (): void => {
    setIntent(null)
    navigate('/approvals')
  }
  return (
    <Queue
      view="waiting"
      label={text('approvals.list')}
      query={query}
      rows={rows}
      opened={opened}
      onRowKey={onRowKey}
      panel={
        selected ? (
          <DecisionPanel
            key={selected.request.id}
            item={selected}
            intent={intent?.id === selected.request.id ? intent.act : null}
            onClose={close}
          />
        ) : null
      }
      empty={
        <EmptyState icon={IconChecklist} title={text('approvals.emptyTitle')}>
          {text('approvals.emptyText')}
        </EmptyState>
      }
    />
  )
}
