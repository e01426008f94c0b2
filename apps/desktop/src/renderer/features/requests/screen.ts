import { IconHandStop } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'

export const requestsScreen: Screen = {
  path: '/requests',
  group: 'work',
  title: () => text('requests.title'),
  icon: IconHandStop,
  component: lazy(async () => ({ default: (await import('./requests-page.tsx')).RequestsPage })),
}
