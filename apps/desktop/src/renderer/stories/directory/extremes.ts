/** What the API answers of organizations that are longer, larger and wider than anybody meant them to be. */
import { type Answers, routes } from '../answers.ts'
import { id } from '../people.ts'
import { organizationAnswers } from './answers.ts'
import { resources } from './catalogue.ts'
import { devices, leases } from './devices.ts'
import { gateways } from './gateways.ts'
import { DEVICE, GATEWAY, LEASE, page, RESOURCE, ROLE, USER } from './kinds.ts'
import { roles, users } from './people.ts'

const LONG = 'a-very-long-name-that-somebody-imported-from-another-system-in-2026-11'
const ELEVEN_ROLES = Array.from({ length: 11 }, (_, at) => ({
  id: id(ROLE, 50 + at),
  name: `Role ${at + 1} with quite a long name of its own`,
}))

/** Names and lists that are longer than anybody meant them to be. */
export const longOrganization: Answers = {
  ...organizationAnswers,
  ...routes({
    listUsers: page([
      {
        ...users[1]!,
        firstName: LONG,
        lastName: LONG,
        email: `${'x'.repeat(60)}@${'y'.repeat(60)}.example`,
        roles: ELEVEN_ROLES,
      },
    ]),
    listRoles: page([
      {
        ...roles[2]!,
        name: `${LONG} ${LONG}`.slice(0, 120),
        description: `${LONG} `.repeat(12),
        users: users.map((user) => user.id),
      },
    ]),
    listResources: page([
      {
        ...resources[0]!,
        name: LONG.slice(0, 63),
        description: `${LONG} `.repeat(10),
        tags: Array.from({ length: 14 }, (_, at) => `tag-number-${at}`),
        endpoint: { ...resources[0]!.endpoint, host: `${'very-'.repeat(30)}long.db.acme.internal`, plaintextAllowed: true },
      },
    ]),
    listGateways: page([{ ...gateways[0]!, name: LONG, version: '0.4.0-rc.1+build.20261122.1405' }]),
    listDevices: page([{ ...devices[1]!, facts: { ...devices[1]!.facts, name: LONG, osVersion: `Debian ${LONG}` } }]),
  }),
}

const MANY = 3000

/** As many as a large organization has. */
export const hugeOrganization: Answers = {
  ...organizationAnswers,
  ...routes({
    listUsers: page(
      Array.from({ length: MANY }, (_, at) => ({
        ...users[at % users.length]!,
        id: id(USER, 1000 + at),
        email: `person-${at}@acme.example`,
      })),
    ),
    listResources: page(
      Array.from({ length: MANY }, (_, at) => ({
        ...resources[at % resources.length]!,
        id: id(RESOURCE, 1000 + at),
        name: `database-${at}`,
      })),
    ),
    listDevices: page(Array.from({ length: MANY }, (_, at) => ({ ...devices[at % devices.length]!, id: id(DEVICE, 1000 + at) }))),
    listLeases: page(Array.from({ length: MANY }, (_, at) => ({ ...leases[at % leases.length]!, id: id(LEASE, 1000 + at) }))),
    listGateways: page(
      Array.from({ length: 200 }, (_, at) => ({ ...gateways[at % 3]!, id: id(GATEWAY, 1000 + at), name: `gateway-${at}` })),
    ),
  }),
}

/** Everybody has a role, and the role uses everything: more ways than a picture can show. */
export const wideOrganization: Answers = {
  ...organizationAnswers,
  ...routes({
    listUsers: page(
      Array.from({ length: 1000 }, (_, at) => ({ ...users[1]!, id: id(USER, 1000 + at), lastName: `Hopper ${at}` })),
    ),
    listRoles: page([{ ...roles[2]!, users: Array.from({ length: 1000 }, (_, at) => id(USER, 1000 + at)) }]),
  }),
}
