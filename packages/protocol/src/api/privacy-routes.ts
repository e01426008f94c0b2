/** Routes of personal data: what is held about somebody, handing it out, erasing it. */
import { z } from 'zod'
import { timestamp, uuid } from '../fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import { exportPart } from './view-schemas.ts'

export const erasure = z.strictObject({
  user: uuid,
  erasedAt: timestamp,
  /** null: what they did on resources is still being deleted. */
  finishedAt: timestamp.nullable(),
})

/** How much there is about a person. */
export const personalData = z.strictObject({
  user: uuid,
  /** null: nobody erased them. */
  erasure: erasure.nullable(),
  /** Rows that say something about them, by table. */
  tables: z.array(z.strictObject({ table: z.string().max(64), rows: z.int().nonnegative() })).max(64),
  /** When they last did something on a resource; null: never, as far as it is kept. */
  lastActivityAt: timestamp.nullable(),
})
export type PersonalData = z.infer<typeof personalData>

const person = z.strictObject({ user: uuid })

export const privacyRoutes = defineRoutes({
  getPersonalData: {
    method: 'GET',
    path: '/v1/people/{user}',
    summary: 'How much is held about a person, a deleted one too',
    authentication: 'two-signature',
    permission: 'users.read',
    audit: null,
    parameters: person,
    response: personalData,
    errors: ['not_found'],
  },
  exportPersonalData: {
    method: 'POST',
    path: '/v1/people/{user}/exports',
    summary: 'What is held about a person, as a part of a file of JSON lines',
    authentication: 'two-signature',
    permission: 'activity.read',
    presence: 'recent',
    audit: 'person.exported',
    parameters: person,
    query: z.strictObject({ cursor: z.string().max(512).optional() }),
    response: exportPart,
    errors: ['not_found', 'log_unavailable', 'vault_unavailable'],
  },
  erasePerson: {
    method: 'DELETE',
    path: '/v1/people/{user}',
    summary: 'Ends the account of a person and erases what is held about them; it cannot be undone',
    authentication: 'two-signature',
    permission: 'users.write',
    presence: 'act',
    audit: 'person.erased',
    parameters: person,
    response: erasure,
    errors: ['not_found', 'conflict', 'in_use'],
  },
  listErasures: {
    method: 'GET',
    path: '/v1/erasures',
    summary: 'People who were erased, by id',
    authentication: 'two-signature',
    permission: 'users.read',
    audit: null,
    query: pageQuery,
    response: pageOf(erasure),
    errors: [],
  },
})
