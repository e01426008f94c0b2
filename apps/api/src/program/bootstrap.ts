/** The first organization of a deployment, and the invitation of its owner. */
import { SallyportError } from '@sallyport/protocol'
import { permissions } from '@sallyport/protocol/api'
import type { Command } from '../config/command.ts'
import { withOrganization } from '../db/with-organization.ts'
import { createOrganization, newOrganizationId } from '../domains/organizations/index.ts'
import { createRecoveryCodes } from '../domains/recovery-codes/index.ts'
import { createUser, inviteUser } from '../domains/users/index.ts'
import { authorityOf, originOf } from './api.ts'
import { pagesOriginOf } from './pages.ts'
import { startListenerCertificates } from './listener-certificates.ts'
import { type ProgramOptions, startFoundation } from './serve.ts'

export type BootstrapCommand = Extract<Command, { readonly name: 'bootstrap' }>

export interface Bootstrapped {
  readonly organization: { readonly id: string; readonly slug: string; readonly trustDomain: string }
  readonly owner: string
  /** The text to hand to the owner. */
  readonly invitation: string
  /** A page that says what to do with it. */
  readonly link: string
  /** For the day on which nobody can approve a new computer of the owner: to be printed and locked away. */
  readonly recoveryCodes: readonly string[]
  readonly expiresAt: string
}

const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const

/** All or nothing. Throws `conflict` when there is an organization of this name, and changes nothing then. */
export const bootstrap = async (options: ProgramOptions, command: BootstrapCommand): Promise<Bootstrapped> => {
  const { config, clock } = options
  if (config.origins.public === null && config.listen.public.port === 0) {
    throw new SallyportError('invalid_request', { message: 'Set SALLYPORT_PUBLIC_ORIGIN: the invitation names the API by it.' })
  }
  const foundation = await startFoundation(options)
  try {
    const { api } = foundation.roles
    if (api === null) throw new SallyportError('invalid_request', { message: 'Bootstrapping needs the api role.' })
    const pool = foundation.pools.of('api')
    const authority = authorityOf(api.vault, clock)
    const certificates = await startListenerCertificates({ config, pool, authority, logger: options.logger })
    foundation.closing.push(() => certificates.close())
    const contact = {
      origins: {
        public: config.origins.public ?? originOf(config.listen.public),
        pages: pagesOriginOf(config, config.listen.pages),
      },
      apiRoot: certificates.apiRoot(),
    }
    const id = newOrganizationId()
    return await withOrganization(pool, id, async (transaction) => {
      const now = clock()
      const { organization: slug, organizationName: name, owner } = command
      const created = await createOrganization(transaction, { id, slug, name, actor, now })
      if (created === null) throw new SallyportError('conflict', { message: `There is an organization "${slug}" already.` })
      const { organization, roles } = created
      const by = new Set(permissions)
      const user = await createUser(transaction, { organization: id, actor, now }, { ...owner, roles: [roles.owner], by })
      const made = await inviteUser(transaction, { organization, user: user.id, contact, authority, actor, by })
      return {
        organization: { id, slug, trustDomain: organization.trustDomain },
        owner: user.id,
        invitation: made.invitation,
        link: made.link,
        recoveryCodes: await createRecoveryCodes(transaction, { organization: id, user: user.id, actor, now }),
        expiresAt: made.expiresAt.toISOString(),
      }
    })
  } finally {
    await foundation.close()
  }
}
