/** What a change would do, in previews. */
import { users } from './people.ts'
import { openConnections } from './devices.ts'

export const someImpact = {
  losing: {
    count: 7,
    items: users.map(({ id: user, email, firstName, lastName }) => ({ id: user, email, firstName, lastName })),
  },
  gaining: { count: 0, items: [] },
  connections: { count: 2, items: openConnections.slice(0, 2) },
  leases: 3,
  unbound: { count: 0, items: [] },
  complete: true,
}

export const gainingImpact = {
  ...someImpact,
  losing: { count: 0, items: [] },
  gaining: { count: 1, items: someImpact.losing.items.slice(1, 2) },
  connections: { count: 0, items: [] },
  leases: 0,
}

export const noImpact = { ...gainingImpact, gaining: { count: 0, items: [] } }
