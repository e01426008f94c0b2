/** Favourites and what was used last: which of the credentials a view shows. */
import { useMemo } from 'react'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { usePreferences } from '../../data/preferences.ts'
import type { View } from './empty-view.tsx'
import { isOn } from './state.ts'

/** As many as are of use. */
const MOST_RECENT = 20

export interface Favourites {
  readonly has: (credential: LocalCredential) => boolean
  readonly toggle: (credential: LocalCredential) => void
  /** It was opened or its address copied. */
  readonly used: (credential: LocalCredential) => void
  readonly select: (credentials: readonly LocalCredential[], view: View) => readonly LocalCredential[]
}

const idOf = ({ granted }: LocalCredential): string => granted.credential

export const useFavourites = (): Favourites => {
  const { preferences, change } = usePreferences()
  return useMemo(() => {
    const favourites = new Set(preferences.favourites)
    const has = (credential: LocalCredential): boolean => favourites.has(idOf(credential))
    return {
      has,
      toggle: (credential) => {
        const id = idOf(credential)
        const others = preferences.favourites.filter((other) => other !== id)
        change({ favourites: has(credential) ? others : [...others, id] })
      },
      used: (credential) => {
        const id = idOf(credential)
        change({ recent: [id, ...preferences.recent.filter((other) => other !== id)].slice(0, MOST_RECENT) })
      },
      select: (credentials, view) => {
        switch (view) {
          case 'all':
            return credentials
          case 'favourites':
            return credentials.filter(has)
          case 'on':
            return credentials.filter(isOn)
          case 'recent': {
            const byId = new Map(credentials.map((credential) => [idOf(credential), credential]))
            return preferences.recent.flatMap((id) => byId.get(id) ?? [])
          }
        }
      },
    }
  }, [preferences, change])
}
