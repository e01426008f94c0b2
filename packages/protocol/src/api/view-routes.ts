/** Routes of what screens show: activity, the log, open connections, explanations, tests of resources. */
import { z } from 'zod'
import { base64urlOf, textUpTo, timestamp, uuid } from '../fields.ts'
import { endpoint } from '../lease.ts'
import { auditEntryType } from './audit-entry.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import { explanation } from './schemas.ts'
import {
  activityPage,
  activityProof,
  auditPage,
  exportFormat,
  exportPart,
  openConnection,
  recording,
  tail,
  testAnswer,
} from './view-schemas.ts'

const nothing = z.strictObject({})

/** Words, all of which must occur; in any order, in upper or lower case. */
const searchText = textUpTo(200).optional()

const activityOfMine = {
  resource: uuid.optional(),
  credential: uuid.optional(),
  gateway: uuid.optional(),
  session: uuid.optional(),
  connection: uuid.optional(),
  kind: z.string().max(32).optional(),
  outcome: z.enum(['succeeded', 'failed']).optional(),
  text: searchText,
  after: timestamp.optional(),
  before: timestamp.optional(),
}
const activityOfAll = { ...activityOfMine, user: uuid.optional(), device: uuid.optional() }

const activityView = {
  /** One row by its id. */
  id: z.string().max(64).optional(),
  /** Only what came after a `tail`. */
  since: tail.optional(),
  /** `short`: statements and values are cut, so that long pages stay small; one row by its id shows all of it. */
  view: z.enum(['full', 'short']).default('full'),
}

const auditFilter = {
  type: auditEntryType.optional(),
  /** Who acted. */
  user: uuid.optional(),
  /** Id of what it was done to. */
  subject: z.string().max(64).optional(),
  text: searchText,
  after: timestamp.optional(),
  before: timestamp.optional(),
}

const exportBody = z.strictObject({ format: exportFormat })
const exportQuery = z.strictObject({ cursor: z.string().max(512).optional() })

export const viewRoutes = defineRoutes({
  listActivity: {
    method: 'GET',
    path: '/v1/activity',
    summary: 'What was done on resources, newest first',
    authentication: 'two-signature',
    permission: 'activity.read',
    audit: null,
    query: pageQuery.extend({ ...activityOfAll, ...activityView }),
    response: activityPage,
    errors: [],
  },
  proveActivity: {
    method: 'GET',
    path: '/v1/activity/{record}/proof',
    summary: 'One record, with what its gateway signed, and the proof that it is in the log',
    authentication: 'two-signature',
    permission: 'activity.read',
    audit: null,
    parameters: z.strictObject({ record: z.string().max(64) }),
    response: activityProof,
    errors: ['log_unavailable', 'not_found'],
  },
  exportActivity: {
    method: 'POST',
    path: '/v1/activity/exports',
    summary: 'What was done on resources, newest first, as a part of a file',
    authentication: 'two-signature',
    permission: 'activity.read',
    audit: 'activity.exported',
    query: exportQuery.extend(activityOfAll),
    body: exportBody,
    response: exportPart,
    errors: [],
  },
  listMyActivity: {
    method: 'GET',
    path: '/v1/me/activity',
    summary: 'What the caller did on resources, newest first',
    authentication: 'two-signature',
    permission: null,
    audit: null,
    query: pageQuery.extend({ ...activityOfMine, ...activityView }),
    response: activityPage,
    errors: [],
  },
  exportMyActivity: {
    method: 'POST',
    path: '/v1/me/activity/exports',
    summary: 'What the caller did on resources, newest first, as a part of a file',
    authentication: 'two-signature',
    permission: null,
    audit: 'activity.exported',
    query: exportQuery.extend(activityOfMine),
    body: exportBody,
    response: exportPart,
    errors: [],
  },
  listAuditEntries: {
    method: 'GET',
    path: '/v1/audit-entries',
    summary: 'The log, newest first',
    authentication: 'two-signature',
    permission: 'audit.read',
    purposes: ['api', 'audit'],
    audit: null,
    query: pageQuery.extend({ ...auditFilter, since: tail.optional() }),
    response: auditPage,
    errors: ['log_unavailable'],
  },
  exportAuditEntries: {
    method: 'POST',
    path: '/v1/audit-entries/exports',
    summary: 'The log, newest first, as a part of a file',
    authentication: 'two-signature',
    permission: 'audit.read',
    purposes: ['api', 'audit'],
    audit: 'audit.exported',
    query: exportQuery.extend(auditFilter),
    body: exportBody,
    response: exportPart,
    errors: ['log_unavailable'],
  },
  listRecordings: {
    method: 'GET',
    path: '/v1/recordings',
    summary: 'Recordings that gateways encrypted to recipients, newest first; with a digest, the file',
    authentication: 'two-signature',
    permission: 'activity.read',
    audit: null,
    query: pageQuery.extend({ digest: base64urlOf(32).optional(), user: uuid.optional() }),
    response: pageOf(recording),
    errors: [],
  },
  explainMyAccess: {
    method: 'GET',
    path: '/v1/me/access',
    summary: 'Why the caller may or may not lease a credential',
    authentication: 'two-signature',
    permission: null,
    audit: null,
    query: z.strictObject({ credential: uuid }),
    response: explanation,
    errors: ['not_found'],
  },
  listConnections: {
    method: 'GET',
    path: '/v1/connections',
    summary: 'Connections that are open now, newest first',
    authentication: 'two-signature',
    permission: 'sessions.read',
    audit: null,
    query: pageQuery.extend({
      user: uuid.optional(),
      session: uuid.optional(),
      resource: uuid.optional(),
      credential: uuid.optional(),
      gateway: uuid.optional(),
    }),
    response: pageOf(openConnection),
    errors: [],
  },
  endConnection: {
    method: 'DELETE',
    path: '/v1/connections/{connection}',
    summary: 'Ends one open connection; its session may connect again',
    authentication: 'two-signature',
    permission: 'sessions.write',
    audit: 'connection.ended-by-admin',
    parameters: z.strictObject({ connection: uuid }),
    response: nothing,
    errors: ['not_found'],
  },
  testResource: {
    method: 'POST',
    path: '/v1/resources/{resource}/tests',
    summary: 'Tries to reach a resource through a gateway of its site, without a credential',
    authentication: 'two-signature',
    permission: 'resources.write',
    audit: 'resource.tested',
    parameters: z.strictObject({ resource: uuid }),
    body: z.strictObject({ gateway: uuid.optional() }),
    response: testAnswer,
    errors: ['not_found', 'wrong_site', 'gateway_unreachable', 'limit_reached'],
  },
  testEndpoint: {
    method: 'POST',
    path: '/v1/sites/{site}/endpoint-tests',
    summary: 'Tries to reach an endpoint, which nothing is made of yet, through a gateway of the site',
    authentication: 'two-signature',
    permission: 'resources.write',
    audit: 'resource.tested',
    parameters: z.strictObject({ site: uuid }),
    body: z.strictObject({ gateway: uuid.optional(), endpoint }),
    response: testAnswer,
    errors: ['not_found', 'wrong_site', 'gateway_unreachable', 'limit_reached'],
    maxBody: 128 * 1024,
  },
})
