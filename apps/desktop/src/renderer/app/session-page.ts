/** Whether the page is shown, or signing in instead: and that nobody sees the rows of another person. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { AppMethodName } from '../../shared/app-api.ts'
import type { AgentStatus } from '../../shared/local-api.ts'
import { isOver } from '../data/session-over.ts'

/** What is of this computer, not of a person. */
const KEPT: ReadonlySet<unknown> = new Set<AppMethodName>(['status', 'host', 'preferences', 'windowSettings', 'lockState'])

export const forgetRows = (queries: QueryClient): void =>
  queries.removeQueries({ predicate: ({ queryKey: [, name] }) => !KEPT.has(name) })

const personOf = (status: AgentStatus | undefined): string | null =>
  status?.state === 'signed-in' ? `${status.organization?.id} ${status.user?.id}` : null

/**
 * `page` also while the session is over: what was there stays. `changing`: somebody else signed in, and what is left of the person
 * before is being forgotten.
 */
export const useSessionPage = (status: AgentStatus | undefined): 'page' | 'sign-in' | 'changing' => {
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const [owner, setOwner] = useState<string | null>(null)
  const [ended, setEnded] = useState(false)
  const person = personOf(status)
  const over = isOver(status)
  useEffect(() => {
    if (status === undefined) return
    if (person === null) {
      setEnded(over)
      if (over || owner === null) return
      forgetRows(queries)
      return setOwner(null)
    }
    if (owner !== null && owner !== person) {
      forgetRows(queries)
      navigate('/', { replace: true })
    } else if (ended) queries.invalidateQueries().catch(() => {})
    setEnded(false)
    setOwner(person)
  }, [status, person, over, owner, ended, queries, navigate])
  if (person !== null) return owner === null || owner === person ? 'page' : 'changing'
  return status === undefined || (over && owner !== null) ? 'page' : 'sign-in'
}
