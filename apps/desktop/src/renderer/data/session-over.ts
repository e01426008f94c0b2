/** Whether the session was ended by somebody else, or by its time: what the page shows then stays, as of that moment. */
import type { QueryClient } from '@tanstack/react-query'
import type { AgentStatus } from '../../shared/local-api.ts'

/** Signing out by one's own will leaves nothing to come back to. */
export const isOver = (status: AgentStatus | undefined): boolean => status?.state === 'signed-out' && status.ended !== null

export const isSessionOver = (queries: QueryClient): boolean => isOver(queries.getQueryData(['method', 'status', {}]))
