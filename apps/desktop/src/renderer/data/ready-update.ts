/** A newer version that is on disk already, and starts when the app starts next. */
import { type QueryClient, useQuery } from '@tanstack/react-query'

const KEY = ['update'] as const

export const noteUpdate = (queries: QueryClient, version: string): void => void queries.setQueryData<string>(KEY, version)

/** null: none that is known of. */
export const useReadyUpdate = (): string | null =>
  useQuery<string | null>({ queryKey: KEY, queryFn: () => null, enabled: false }).data ?? null
