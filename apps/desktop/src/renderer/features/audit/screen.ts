import { IconFileCheck } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'

export const auditScreen: Screen = {
  path: '/audit',
  group: 'administration',
  title: () => text('audit.title'),
  icon: IconFileCheck,
  permissions: ['audit.read'],
  component: lazy(async () => ({ default: (await import('./audit-page.tsx')).AuditPage })),
}
