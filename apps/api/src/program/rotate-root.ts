/** A new root of the API's own servers, by whoever operates the deployment: all organizations are told. */
import { SallyportError } from '@sallyport/protocol'
import { withOrganization } from '../db/with-organization.ts'
import { announceApiRoots, followDeploymentRoot, listDeploymentRoots, requireOwnServers } from '../domains/authority/index.ts'
import { listOrganizations } from '../domains/organizations/index.ts'
import { authorityOf } from './api.ts'
import { type ProgramOptions, startFoundation } from './serve.ts'

const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const

export interface RotatedRoot {
  /** base64url SHA-256 of its public key. */
  readonly root: string
  /** How many were told. */
  readonly organizations: number
}

/** Replicas show it within seconds. What is cut off in between, they go on with by themselves. */
export const rotateRoot = async (options: ProgramOptions): Promise<RotatedRoot> => {
  const { config, clock } = options
  const foundation = await startFoundation(options)
  try {
    const { api } = foundation.roles
    if (api === null) throw new SallyportError('invalid_request', { message: 'Rotating the root needs the api role.' })
    const pool = foundation.pools.of('api')
    const authority = { ...authorityOf(api.vault, clock), certifiesListeners: config.tls === null }
    requireOwnServers(authority)
    await pool.transaction().execute((transaction) => followDeploymentRoot(transaction, authority))
    const organizations = await listOrganizations(pool)
    for (const organization of organizations) {
      await withOrganization(pool, organization, (transaction) =>
        announceApiRoots(transaction, authority, { organization, actor }),
      )
    }
    const [newest] = await listDeploymentRoots(pool, clock())
    return { root: newest!.keyId, organizations: organizations.length }
  } finally {
    await foundation.close()
  }
}
