import { IconPlugConnected } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'

export const connectionsScreen: Screen = {
  path: '/connections',
  group: 'work',
  title: () => text('connections.title'),
  icon: IconPlugConnected,
  component: lazy(async () => ({ default: (await import('./connections-page.tsx')).ConnectionsPage })),
}
