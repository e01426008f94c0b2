/** Every migration in the order of its name. A migration that was released is never changed: another one follows it. */
import type { Migration } from 'kysely/migration'
import { up as organizations } from './0001-organizations.ts'
import { up as identity } from './0002-identity.ts'
import { up as gatewaysAndRevocations } from './0003-gateways-and-revocations.ts'
import { up as catalogue } from './0004-catalogue.ts'
import { up as leasesAndLog } from './0005-leases-and-log.ts'
import { up as activity } from './0006-activity.ts'
import { up as jobs } from './0007-jobs.ts'
import { up as accessRequests } from './0010-access-requests.ts'
import { up as presence } from './0020-presence.ts'
import { up as views } from './0030-views.ts'
import { up as logTree } from './0040-log-tree.ts'
import { up as keys } from './0050-keys.ts'
import { up as jobsOfGateways } from './0060-jobs-of-gateways.ts'
import { up as credentialKinds } from './0070-credential-kinds.ts'
import { up as stores } from './0080-stores.ts'
import { up as privacy } from './0090-privacy.ts'
import { up as recordings } from './0091-recordings.ts'
import { up as sinks } from './0100-sinks.ts'
import { up as keysThatFollow } from './0110-keys-that-follow.ts'
import { up as acknowledgedAlerts } from './0120-acknowledged-alerts.ts'
import { up as codesToPaste } from './0130-codes-to-paste.ts'
import { up as logKeysThatFollow } from './0140-log-keys-that-follow.ts'
import { up as serviceAccounts } from './0150-service-accounts.ts'
import { up as personalData } from './0160-personal-data.ts'
import { up as sealedOutbox } from './0161-sealed-outbox.ts'
import { up as deploymentRoots } from './0170-deployment-roots.ts'
import { up as streamsOfSinks } from './0180-streams-of-sinks.ts'
import { up as conditionsOfApproval } from './0200-conditions-of-approval.ts'
import { up as search } from './0220-search.ts'
import { up as changingStreams } from './0240-changing-streams.ts'
import { up as sealedOutboxOnly } from './0241-sealed-outbox-only.ts'
import { up as supportAccess } from './0250-support-access.ts'
import { up as alertsThatEnd } from './0230-alerts-that-end.ts'
import { up as retentionByKind } from './0260-retention-by-kind.ts'
import { secretsOfSinks } from './0270-secrets-of-sinks.ts'
import { up as alertsOfParts } from './0290-alerts-of-parts.ts'
import { up as exposedSecrets } from './0310-exposed-secrets.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-organizations': { up: organizations },
  '0002-identity': { up: identity },
  '0003-gateways-and-revocations': { up: gatewaysAndRevocations },
  '0004-catalogue': { up: catalogue },
  '0005-leases-and-log': { up: leasesAndLog },
  '0006-activity': { up: activity },
  '0007-jobs': { up: jobs },
  '0010-access-requests': { up: accessRequests },
  '0020-presence': { up: presence },
  '0030-views': { up: views },
  '0040-log-tree': { up: logTree },
  '0050-keys': { up: keys },
  '0060-jobs-of-gateways': { up: jobsOfGateways },
  '0070-credential-kinds': { up: credentialKinds },
  '0080-stores': { up: stores },
  '0090-privacy': { up: privacy },
  '0091-recordings': { up: recordings },
  '0100-sinks': { up: sinks },
  '0110-keys-that-follow': { up: keysThatFollow },
  '0120-acknowledged-alerts': { up: acknowledgedAlerts },
  '0130-codes-to-paste': { up: codesToPaste },
  '0140-log-keys-that-follow': { up: logKeysThatFollow },
  '0150-service-accounts': { up: serviceAccounts },
  '0160-personal-data': { up: personalData },
  '0161-sealed-outbox': { up: sealedOutbox },
  '0170-deployment-roots': { up: deploymentRoots },
  '0180-streams-of-sinks': { up: streamsOfSinks },
  '0200-conditions-of-approval': { up: conditionsOfApproval },
  '0230-alerts-that-end': { up: alertsThatEnd },
  '0220-search': { up: search },
  '0240-changing-streams': { up: changingStreams },
  '0241-sealed-outbox-only': { up: sealedOutboxOnly },
  '0250-support-access': { up: supportAccess },
  '0260-retention-by-kind': { up: retentionByKind },
  '0270-secrets-of-sinks': { up: secretsOfSinks },
  '0290-alerts-of-parts': { up: alertsOfParts },
  '0310-exposed-secrets': { up: exposedSecrets },
}
