/** How each route of people is driven: users, roles, grants, devices, alerts. */
import type { Driver, MutatingRoute } from './driver.ts'
import { fresh, type Furniture } from './furniture.ts'
import { supportDraft } from './support-draft.ts'

export const peopleDrivers = (its: Furniture) =>
  ({
    createUser: async () =>
      its.as('createUser', { body: { email: `${fresh('made')}@acme.example`, firstName: 'Made', lastName: 'Up' } }),
    changeUser: async () => its.as('changeUser', { parameters: { user: await its.user() }, body: { firstName: 'Changed' } }),
    deleteUser: async () => its.as('deleteUser', { parameters: { user: await its.user() } }),
    exportPersonalData: async () => its.as('exportPersonalData', { parameters: { user: await its.user() } }),
    erasePerson: async () => its.as('erasePerson', { parameters: { user: await its.user() } }),
    createInvitation: async () => its.as('createInvitation', { parameters: { user: await its.user() } }),
    openSupportAccess: async () => its.as('openSupportAccess', { body: supportDraft(`${fresh('support')}@vendor.example`) }),
    endSupportAccess: async () => {
      const { access } = await its.owner.api('openSupportAccess', { body: supportDraft(`${fresh('support')}@vendor.example`) })
      return its.as('endSupportAccess', { parameters: { supportAccess: access.id } })
    },
    createRole: async () => its.as('createRole', { body: { name: fresh('role') } }),
    changeRole: async () => its.as('changeRole', { parameters: { role: await its.role() }, body: { description: 'changed' } }),
    deleteRole: async () => its.as('deleteRole', { parameters: { role: await its.role() } }),
    addRoleMember: async () => its.as('addRoleMember', { parameters: { role: await its.role(), user: await its.user() } }),
    removeRoleMember: async () => {
      const parameters = { role: await its.role(), user: await its.user() }
      await its.owner.api('addRoleMember', { parameters })
      return its.as('removeRoleMember', { parameters })
    },
    addRoleCredential: async () =>
      its.as('addRoleCredential', { parameters: { role: await its.role(), credential: await its.credential() } }),
    removeRoleCredential: async () => {
      const parameters = { role: await its.role(), credential: await its.credential() }
      await its.owner.api('addRoleCredential', { parameters })
      return its.as('removeRoleCredential', { parameters })
    },
    createGrant: async () => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
      return its.as('createGrant', { body: { user: await its.user(), credential: await its.credential(), expiresAt } })
    },
    revokeGrant: async () =>
      its.as('revokeGrant', { parameters: { grant: await its.grant(await its.user(), await its.credential()) } }),
    acknowledgeAlert: async () => {
      const { device } = await its.person()
      const { items } = await its.owner.api('listAlerts', { query: { device } })
      return its.as('acknowledgeAlert', { parameters: { alert: items[0]!.id } })
    },
    approveDevice: async () => its.as('approveDevice', { parameters: { device: await its.pendingDevice() } }),
    revokeDevice: async () => its.as('revokeDevice', { parameters: { device: (await its.person()).device } }),
    revokeSession: async () => its.as('revokeSession', { parameters: { session: (await its.person()).session } }),
  }) satisfies Partial<Record<MutatingRoute, Driver>>
