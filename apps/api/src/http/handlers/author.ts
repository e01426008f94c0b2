import type { Author } from '../../domains/audit/index.ts'
import type { CallerContext } from '../context.ts'

/** Who makes this call, as domains are told. */
export const authorOf = ({ organization, actor, now }: Pick<CallerContext, 'organization' | 'actor' | 'now'>): Author => ({
  organization: organization.id,
  actor,
  now: now(),
})
