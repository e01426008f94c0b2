/** Opens the access of a request that is approved, in the transaction of its approval. */
import type { Transaction } from '../../db/schema.ts'
import type { Author } from '../audit/index.ts'
import { openGrant } from '../grants/index.ts'
import { stateAfter } from './states.ts'
import type { AccessRequestRow, RequestUpdate } from './store.ts'
import type { Opening } from './tally.ts'

type Asked = Pick<AccessRequestRow, 'state' | 'user' | 'device' | 'credential' | 'reason'>

/** `base`: of an extension, the end of the access that it extends, in milliseconds; it lasts from now until that and more. */
export const openAccess = async (
  transaction: Transaction,
  { request, opening, base }: { readonly request: Asked; readonly opening: Opening; readonly base: number | null },
  author: Author,
): Promise<RequestUpdate & { readonly grant: string; readonly opensAt: Date; readonly closesAt: Date }> => {
  const opensAt = new Date(base === null ? opening.startsAt : author.now)
  const closesAt = new Date((base ?? opening.startsAt) + opening.duration * 1000)
  const { user, credential, reason } = request
  const device = opening.sameDevice ? request.device : null
  const grant = await openGrant(transaction, { user, credential, device, reason, startsAt: opensAt, expiresAt: closesAt }, author)
  const approved = stateAfter(request.state, 'approve')
  const state = opensAt.getTime() <= author.now ? stateAfter(approved, 'start') : approved
  return { state, grant: grant.id, opensAt, closesAt }
}
