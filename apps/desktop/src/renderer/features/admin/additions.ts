/** What administrators add. The form of each has an address, to which its button, the palette and links lead. */
import type { Addition } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'

export const additions = {
  person: { path: '/users/new', title: () => text('users.add'), permission: 'users.write' },
  serviceAccount: {
    path: '/users/service-accounts/new',
    title: () => text('serviceAccounts.add'),
    permission: 'service-accounts.write',
  },
  supportAccess: { path: '/users/support/new', title: () => text('support.add'), permission: 'users.write' },
  role: { path: '/roles/new', title: () => text('roles.add'), permission: 'roles.write' },
  resource: { path: '/catalogue/new', title: () => text('catalogue.add'), permission: 'resources.write' },
  store: { path: '/catalogue/stores/new', title: () => text('stores.add'), permission: 'secrets.write' },
  gateway: { path: '/gateways/new', title: () => text('gateways.join'), permission: 'gateways.write' },
  site: { path: '/gateways/sites/new', title: () => text('gateways.siteAdd'), permission: 'resources.write' },
} satisfies Readonly<Record<string, Addition>>
