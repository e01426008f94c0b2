import { IconAlertTriangle } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { useOpenAlerts } from '../../data/open-alerts.ts'
import { text } from '../../texts/text.ts'

export const alertsScreen: Screen = {
  path: '/alerts',
  group: 'administration',
  title: () => text('alerts.title'),
  icon: IconAlertTriangle,
  permissions: ['audit.read'],
  useWaiting: () => useOpenAlerts().filter(({ acknowledged }) => acknowledged === null).length,
  component: lazy(async () => ({ default: (await import('./alerts-page.tsx')).AlertsPage })),
}
