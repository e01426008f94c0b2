/** A new root of the API's own servers, on demand. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { listOrganizations } from '../organizations/index.ts'
import { announceApiRoots } from './api-roots.ts'
import { followDeploymentRoot } from './deployment.ts'
import type { Authority } from './organization-authority.ts'

/** Throws `conflict` where the listeners have certificates of another authority. */
export const requireOwnServers = ({ certifiesListeners }: Pick<Authority, 'certifiesListeners'>): void => {
  if (certifiesListeners === true) return
  throw new SallyportError('conflict', {
    message: 'The certificates of this API are of another authority, which is not ours to rotate.',
  })
}

/** By an administrator. Throws `conflict` where that is not their matter alone, `limit_reached` and `vault_unavailable`. */
export const rotateDeploymentRoot = async (
  transaction: Transaction,
  authority: Authority,
  { organization, actor }: { readonly organization: string; readonly actor: AuditActor },
): Promise<void> => {
  requireOwnServers(authority)
  if ((await listOrganizations(transaction)).some((id) => id !== organization)) {
    throw new SallyportError('conflict', {
      message: 'Other organizations use this deployment, too: whoever operates it runs `main.ts rotate-root`.',
    })
  }
  await followDeploymentRoot(transaction, authority)
  await announceApiRoots(transaction, authority, { organization, actor })
}
