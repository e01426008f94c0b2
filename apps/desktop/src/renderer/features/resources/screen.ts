import { IconDatabase } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'

export const resourcesScreen: Screen = {
  path: '/resources',
  group: 'work',
  title: () => text('resources.title'),
  icon: IconDatabase,
  component: lazy(async () => ({ default: (await import('./resources-page.tsx')).ResourcesPage })),
}
