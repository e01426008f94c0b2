/** The views of the screen that this person may see. */
import { SegmentedControl } from '@mantine/core'
import { useLocation } from 'wouter'
import { usePermissions } from '../../data/permissions.ts'
import { text } from '../../texts/text.ts'
import { useWaiting } from './use-waiting.ts'

export type View = 'waiting' | 'reviews' | 'decided' | 'all' | 'rules'

export const pathOf = (view: View): string => (view === 'waiting' ? '/approvals' : `/approvals/${view}`)

export const ViewSwitch = ({ view }: { readonly view: View }) => {
  const [, navigate] = useLocation()
  const permissions = usePermissions()
  const { approvals, reviews } = useWaiting()
  return (
    <SegmentedControl
      aria-label={text('approvals.views')}
      value={view}
      onChange={(chosen) => navigate(pathOf(chosen as View))}
      data={[
        {
          value: 'waiting',
          label: approvals > 0 ? text('approvals.waitingCount', { count: approvals }) : text('approvals.waiting'),
        },
        { value: 'reviews', label: reviews > 0 ? text('approvals.reviewsCount', { count: reviews }) : text('approvals.reviews') },
        { value: 'decided', label: text('approvals.decided') },
        ...(permissions.has('requests.read') ? [{ value: 'all', label: text('approvals.all') }] : []),
        ...(permissions.has('rules.read') ? [{ value: 'rules', label: text('approvals.rules') }] : []),
      ]}
    />
  )
}
