/** What was asked of the host and is kept, and which event makes it stale. */
import { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { AppEvent } from '../../shared/app-messages.ts'
import type { AppMethodName } from '../../shared/app-api.ts'
import { useBridge } from '../bridge/bridge.ts'
import { noteUpdate } from './ready-update.ts'
import { isSessionOver } from './session-over.ts'
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
  'status': ['status', 'credentials', 'connections'],
  'credentials': ['credentials'],
  'connections': ['connections', 'credentials', 'status'],
  'preferences': ['preferences'],
  'lock': ['lockState'],
  'log-export': ['logExport'],
}

/** What does not need a session. */
const OWN: ReadonlySet<unknown> = new Set<AppMethodName>(['host', 'lockState', 'logExport', 'preferences', 'windowSettings'])

/** Of what is asked again only by whoever is signed in, the last answers stay while nobody is. */
const refresh = async (queries: QueryClient, event: AppEvent['event']): Promise<void> => {
  const keys = keysOf(event)
  // First: it tells whether the rest may be asked.
  if (keys.some(([, name]) => name === undefined || name === 'status'))
    await queries.invalidateQueries({ queryKey: methodKey('status') })
  const stays = isSessionOver(queries)
  const refreshed = keys.map((queryKey) =>
    queries.invalidateQueries({
      queryKey,
      predicate: ({ queryKey: [, name] }) => name !== 'status' && (!stays || OWN.has(name)),
    }),
  )
  Promise.all(refreshed).catch(() => {})
}

const keysOf = (event: AppEvent['event']): readonly (readonly unknown[])[] => {
  switch (event) {
    // Access begins and ends with requests: whatever the API said may have changed.
    case 'requests':
      return [['route']]
    case 'alerts':
      return [['route', 'listAlerts']]
    case 'agent':
      return [['method'], ['route'], ['log']]
    default:
      return (STALE[event] ?? []).map((name) => methodKey(name))
  }
}

/** Kept by the app's root: asks again what an event made stale. */
export const useFreshness = (queries: QueryClient): void => {
  const bridge = useBridge()
  useEffect(() => {
    /** In order: what an event says of the session holds for those after it. */
    let before: Promise<void> = Promise.resolve()
    return bridge.subscribe((told) => {
      if (told.event === 'update') noteUpdate(queries, told.version)
      before = before.then(() => refresh(queries, told.event)).catch(() => {})
    })
  }, [bridge, queries])
}
