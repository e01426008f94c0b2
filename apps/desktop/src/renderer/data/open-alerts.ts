/** What looked wrong: what goes on, and what nobody acknowledged. Asked anew whenever the API says that alerts changed. */
import { usePermissions } from './permissions.ts'
import { type ItemOf, useRoute } from './use-route.ts'

export type Alert = ItemOf<'listAlerts'>

const MOST = 500
const OPEN = { query: { state: 'open', limit: MOST } } as const

/** The newest {@link MOST} at most; none for somebody who may not read them. */
export const useOpenAlerts = (): readonly Alert[] => {
  const enabled = usePermissions().has('audit.read')
  return useRoute('listAlerts', OPEN, { enabled }).data?.items ?? NONE
}

const NONE: readonly Alert[] = []
