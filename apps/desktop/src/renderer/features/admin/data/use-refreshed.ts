/** Asks again for what changes by itself, while somebody looks. */
import type { RouteName } from '@sallyport/protocol/api'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

/** Milliseconds. Gateways speak about themselves about as often. */
const INTERVAL = 10_000

export const useRefreshed = (...names: readonly RouteName[]): void => {
  const queries = useQueryClient()
  const joined = names.join(' ')
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.hidden) return
      for (const name of joined.split(' ')) queries.invalidateQueries({ queryKey: ['route', name] }).catch(() => {})
    }, INTERVAL)
    return () => clearInterval(timer)
  }, [queries, joined])
}
