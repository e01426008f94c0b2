/** What the list is narrowed down to, and what the API is asked by it. Pure. */
import type { Bounds } from '../../ui/time-range.ts'

export interface ActivityFilter {
  readonly bounds: Bounds
  readonly user: string | null
  readonly resource: string | null
  readonly credential: string | null
  readonly kind: string | null
  readonly outcome: 'succeeded' | 'failed' | null
  readonly text: string
  readonly connection: string | null
  readonly session: string | null
}

export const noFilter: ActivityFilter = {
  bounds: {},
  user: null,
  resource: null,
  credential: null,
  kind: null,
  outcome: null,
  text: '',
  connection: null,
  session: null,
}

type Scope = 'mine' | 'all'

/** The part that lists and exports have in common. One's own activity is not asked for by person. */
export const filterQuery = (filter: ActivityFilter, scope: Scope): Readonly<Record<string, string>> => {
  const { bounds, text, user, ...choices } = filter
  const chosen = Object.entries(choices).filter((entry): entry is [string, string] => entry[1] !== null)
  return {
    ...bounds,
    ...Object.fromEntries(chosen),
    ...(scope === 'all' && user !== null ? { user } : {}),
    ...(text.trim() === '' ? {} : { text: text.trim() }),
  }
}

/** Whether it leaves anything out, beyond the stretch of time. */
export const isNarrow = (filter: ActivityFilter): boolean => Object.keys(filterQuery({ ...filter, bounds: {} }, 'all')).length > 0
