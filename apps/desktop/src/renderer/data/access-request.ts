/** What requests for access say, wherever they are shown. Pure. */
import type { AccessRequest } from '@sallyport/protocol/api'
import { text } from '../texts/text.ts'
import type { StatusKind } from '../ui/status.tsx'
import { clockTime } from '../ui/time.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `1 hour`, `1 hour 30 minutes`, `3 days`: seconds as people ask for them. */
export const timeSpan = (seconds: number): string => {
  if (seconds < MINUTE) return text('access.seconds', { count: seconds })
  if (seconds % DAY === 0) return text('access.days', { count: seconds / DAY })
  const hours = Math.floor(seconds / HOUR)
  const minutes = Math.floor((seconds % HOUR) / MINUTE)
  return [
    ...(hours > 0 ? [text('access.hours', { count: hours })] : []),
    ...(minutes > 0 ? [text('access.minutes', { count: minutes })] : []),
  ].join(' ')
}

interface Person {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
}

export const personName = ({ firstName, lastName, email }: Person): string => `${firstName} ${lastName}`.trim() || email

export interface RequestStatus {
  readonly kind: StatusKind
  readonly word: string
}

/** Milliseconds before its end from which an access is shown to end. */
export const ENDS_SOON = 15 * 60_000

/** The state in words, as the person who asked reads it. `now` is milliseconds since 1970. */
export const requestStatus = (request: AccessRequest, now: number): RequestStatus => {
  const { access, approvals, closed, review } = request
  switch (request.state) {
    case 'pending':
      return { kind: 'preparing', word: text('access.pending', { given: approvals.given, needed: approvals.needed }) }
    case 'approved':
      return { kind: 'ready', word: text('access.approved', { time: access ? clockTime(access.startsAt, now) : '' }) }
    case 'active': {
      const end = access?.expiresAt
      if (!end) return { kind: 'ready', word: text('access.active') }
      const kind = Date.parse(end) - now <= ENDS_SOON ? 'ending' : 'ready'
      return { kind, word: text('access.until', { time: clockTime(end, now) }) }
    }
    case 'ended': {
      const end = access?.endedAt ?? access?.expiresAt
      return { kind: 'off', word: end ? text('access.endedAt', { time: clockTime(end, now) }) : text('access.ended') }
    }
    case 'refused':
      return { kind: 'failed', word: text('access.refused', { name: closed?.by ? personName(closed.by) : '' }) }
    case 'withdrawn':
      return { kind: 'off', word: text('access.withdrawn') }
    case 'expired':
      return { kind: 'off', word: text('access.expired') }
    case 'cancelled':
      return { kind: 'off', word: text('access.cancelled') }
    case 'review-pending':
      return review?.overdue
        ? { kind: 'failed', word: text('access.reviewOverdue') }
        : { kind: 'ending', word: text('access.reviewPending') }
    case 'reviewed':
      return review?.verdict === 'unjustified'
        ? { kind: 'failed', word: text('access.unjustified') }
        : { kind: 'off', word: text('access.justified') }
  }
}

/** Whether the request waits or its access stands or will: it can still be taken back. */
export const isOpen = ({ state }: AccessRequest): boolean => state === 'pending' || state === 'approved' || state === 'active'
