/** What was asked of the host and is kept, and which event makes it stale. */
import { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { AppEvent } from '../../shared/app-messages.ts'
import type { AppMethodName } from '../../shared/app-api.ts'
import { useBridge } from '../bridge/bridge.ts'
import { noteUpdate } from './ready-update.ts'
import { methodKey } from './use-method.ts'

export const createQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      // Events say when to ask again. An error is shown at once: whoever sees it knows better than a silent retry.
      queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  })

const STALE: Partial<Record<AppEvent['event'], readonly AppMethodName[]>> = {
  status: ['status', 'credentials', 'connections'],
  credentials: ['credentials'],
  connections: ['connections', 'credentials', 'status'],
  preferences: ['preferences'],
}

const keysOf = (event: AppEvent['event']): readonly (readonly unknown[])[] => {
  switch (event) {
    // Access begins and ends with requests: whatever the API said may have changed.
    case 'requests':
      return [['route']]
    case 'alerts':
      return [['route', 'listAlerts']]
    case 'agent':
      return [['method'], ['route']]
    default:
      return (STALE[event] ?? []).map((name) => methodKey(name))
  }
}

/** Kept by the app's root: asks again what an event made stale. */
export const useFreshness = (queries: QueryClient): void => {
  const bridge = useBridge()
  useEffect(
    () =>
      bridge.subscribe((told) => {
        const { event } = told
        if (told.event === 'update') noteUpdate(queries, told.version)
        const refreshed = keysOf(event).map((queryKey) => queries.invalidateQueries({ queryKey }))
        Promise.all(refreshed).catch(() => {})
      }),
    [bridge, queries],
  )
}
