/** What the person likes: favourites, what was used last. */
import { useQuery, useQueryClient } from '@tanstack/react-query'

export interface Preferences {
  /** Ids of credentials. */
  readonly favourites: readonly string[]
  /** Ids of credentials, the last used first. */
  readonly recent: readonly string[]
}

const NOTHING: Preferences = { favourites: [], recent: [] }
const KEY = ['preferences']

export const usePreferences = () => {
  const queries = useQueryClient()
  const preferences = useQuery({ queryKey: KEY, queryFn: () => NOTHING }).data ?? NOTHING
  const change = (part: Partial<Preferences>): void => {
    queries.setQueryData<Preferences>(KEY, (before = NOTHING) => ({ ...before, ...part }))
  }
  return { preferences, change }
}
