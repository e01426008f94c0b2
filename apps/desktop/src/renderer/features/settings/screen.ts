import { IconSettings } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'

export const settingsScreen: Screen = {
  path: '/settings',
  group: 'own',
  title: () => text('settings.title'),
  icon: IconSettings,
  component: lazy(async () => ({ default: (await import('./settings-page.tsx')).SettingsPage })),
}
