/** Authorities follow one another by themselves. The vault signs them: this says when. */
import type { AuditActor } from '@sallyport/protocol/api'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { announceApiRoots, type Authority, keepAuthorities, keepDeploymentRoots } from '../domains/authority/index.ts'
import { readOrganization } from '../domains/organizations/index.ts'
import type { OutsideJob } from './scheduler.ts'

const INTERVAL = 10 * 60_000
const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

export const authorityJob = ({ pool, authority }: { readonly pool: Pool; readonly authority: Authority }): OutsideJob => ({
  name: 'authorities',
  interval: INTERVAL,
  stepOutside: async ({ organization: id }) => {
    await keepDeploymentRoots(pool, authority)
    await withOrganization(pool, id, async (transaction) => {
      await keepAuthorities(transaction, authority, { organization: await readOrganization(transaction), actor })
      await announceApiRoots(transaction, authority, { organization: id, actor })
    })
    return false
  },
})
