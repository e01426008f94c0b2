/** What the API answers of a small organization, and of one in which nothing was made yet. */
import { type Answers, routes } from '../answers.ts'
import { page } from './kinds.ts'
import { users, roles } from './people.ts'
import { sites, resources, stores, credentials, grants } from './catalogue.ts'
import { gateways } from './gateways.ts'
import { devices, leases, openConnections, sessions } from './devices.ts'

/** Everything that administrators read, of an ordinary day. */
export const organizationAnswers: Answers = routes({
  listUsers: page(users),
  listRoles: page(roles),
  listSites: page(sites),
  listResources: page(resources),
  listStores: page(stores),
  listCredentials: page(credentials),
  listGrants: page(grants),
  listGateways: page(gateways),
  listDevices: page(devices),
  listSessions: page(sessions),
  listConnections: page(openConnections),
  listLeases: ({ input }) => page(leases.filter(({ status }) => input.query?.active !== 'yes' || status === 'active')),
  listAlerts: page([]),
  listAuditEntries: { ...page([]), tail: 'tail' },
})

/** Nothing was made yet. */
export const emptyOrganization: Answers = routes({
  listUsers: page([]),
  listRoles: page([]),
  listSites: page([]),
  listResources: page([]),
  listCredentials: page([]),
  listGrants: page([]),
  listGateways: page([]),
  listDevices: page([]),
  listSessions: page([]),
  listConnections: page([]),
  listLeases: page([]),
})
