import { IconDatabase } from '@tabler/icons-react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'
import { ResourcesPage } from './resources-page.tsx'

export const resourcesScreen: Screen = {
  path: '/resources',
  group: 'work',
  title: () => text('resources.title'),
  icon: IconDatabase,
  // Where everybody begins: it comes with the frame, not after it.
  component: ResourcesPage,
}
