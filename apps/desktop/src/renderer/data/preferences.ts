/** What the person likes: kept by the agent, so that window, tray and command line know one truth. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type FacePreferences, usualPreferences } from '../../shared/preferences.ts'
import { useBridge } from '../bridge/bridge.ts'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'
import { methodKey, useMethod } from './use-method.ts'

/** What is absent stays. */
type Change = { readonly [Name in keyof FacePreferences]?: FacePreferences[Name] }

export interface UsedPreferences {
  readonly preferences: FacePreferences
  /** Takes effect at once, and is undone when the agent cannot keep it. */
  readonly change: (part: Change) => void
}

export const usePreferences = (): UsedPreferences => {
  const bridge = useBridge()
  const queries = useQueryClient()
  const preferences = useMethod('preferences', {}).data ?? usualPreferences
  const change = useCallback(
    (part: Change): void => {
      const key = methodKey('preferences', {})
      queries.setQueryData<FacePreferences>(key, (before = usualPreferences) => ({ ...before, ...part }))
      bridge.call('setPreferences', part).catch((error: unknown) => {
        toast(errorText(error).message, 'preferences')
        queries.invalidateQueries({ queryKey: key }).catch(() => {})
      })
    },
    [bridge, queries],
  )
  return { preferences, change }
}
