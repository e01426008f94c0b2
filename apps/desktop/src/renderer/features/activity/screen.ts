import { IconActivity } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'

export const activityScreen: Screen = {
  path: '/activity',
  group: 'work',
  title: () => text('activity.title'),
  icon: IconActivity,
  component: lazy(async () => ({ default: (await import('./activity-page.tsx')).ActivityPage })),
}
