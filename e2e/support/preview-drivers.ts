/** How each preview is driven. */
import type { PreviewName } from '@sallyport/protocol/api'
import type { Driver } from './driver.ts'
import type { Furniture } from './furniture.ts'

export const previewDrivers = (its: Furniture) =>
  ({
    previewChangeUser: async () =>
      its.as('previewChangeUser', { parameters: { user: await its.user() }, body: { status: 'disabled' } }),
    previewDeleteUser: async () => its.as('previewDeleteUser', { parameters: { user: await its.user() } }),
    previewChangeRole: async () =>
      its.as('previewChangeRole', { parameters: { role: await its.role() }, body: { permissions: ['users.read'] } }),
    previewDeleteRole: async () => its.as('previewDeleteRole', { parameters: { role: await its.role() } }),
    previewAddRoleMember: async () =>
      its.as('previewAddRoleMember', { parameters: { role: await its.role(), user: await its.user() } }),
    previewRemoveRoleMember: async () => {
      const parameters = { role: await its.role(), user: await its.user() }
      await its.owner.api('addRoleMember', { parameters })
      return its.as('previewRemoveRoleMember', { parameters })
    },
    previewAddRoleCredential: async () =>
      its.as('previewAddRoleCredential', { parameters: { role: await its.role(), credential: await its.credential() } }),
    previewRemoveRoleCredential: async () => {
      const parameters = { role: await its.role(), credential: await its.credential() }
      await its.owner.api('addRoleCredential', { parameters })
      return its.as('previewRemoveRoleCredential', { parameters })
    },
    previewCreateGrant: async () => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
      return its.as('previewCreateGrant', { body: { user: await its.user(), credential: await its.credential(), expiresAt } })
    },
    previewRevokeGrant: async () =>
      its.as('previewRevokeGrant', { parameters: { grant: await its.grant(await its.user(), await its.credential()) } }),
    previewChangeResource: async () => {
      const { id, endpoint } = await its.resource()
      return its.as('previewChangeResource', { parameters: { resource: id }, body: { endpoint: { ...endpoint, port: 5433 } } })
    },
    previewDeleteResource: async () => its.as('previewDeleteResource', { parameters: { resource: (await its.resource()).id } }),
    previewDeleteCredential: async () =>
      its.as('previewDeleteCredential', { parameters: { credential: await its.credential() } }),
    previewChangeGateway: async () =>
      its.as('previewChangeGateway', {
        parameters: { gateway: (await its.gateway()).id },
        body: { sites: [await its.elsewhere()] },
      }),
    previewRevokeGateway: async () => its.as('previewRevokeGateway', { parameters: { gateway: (await its.gateway()).id } }),
    previewRevokeDevice: async () => its.as('previewRevokeDevice', { parameters: { device: (await its.person()).device } }),
    previewRevokeSession: async () => its.as('previewRevokeSession', { parameters: { session: (await its.person()).session } }),
  }) satisfies Record<PreviewName, Driver>
