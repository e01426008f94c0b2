/** Every migration in the order of its name. A migration that was released is never changed: another one follows it. */
import type { Migration } from 'kysely/migration'
import * as organizations from './0001-organizations.ts'
import * as identity from './0002-identity.ts'
import * as gatewaysAndRevocations from './0003-gateways-and-revocations.ts'
import * as catalogue from './0004-catalogue.ts'
import * as leasesAndLog from './0005-leases-and-log.ts'
import * as activity from './0006-activity.ts'
import * as jobs from './0007-jobs.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-organizations': organizations,
  '0002-identity': identity,
  '0003-gateways-and-revocations': gatewaysAndRevocations,
  '0004-catalogue': catalogue,
  '0005-leases-and-log': leasesAndLog,
  '0006-activity': activity,
  '0007-jobs': jobs,
}
