import { IconChecklist } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'
import { useWaiting } from './use-waiting.ts'

export const approvalsScreen: Screen = {
  path: '/approvals',
  group: 'work',
  title: () => text('approvals.title'),
  icon: IconChecklist,
  useWaiting: () => {
    const { approvals, reviews } = useWaiting()
    return approvals + reviews
  },
  component: lazy(async () => ({ default: (await import('./approvals-page.tsx')).ApprovalsPage })),
}
