/** Every table, as its domain declares it (a domain adds its own line), and the two things that touch the database. */
import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { AccessRequestTables } from '../domains/access-requests/index.ts'
import type { RevocationTables } from '../domains/revocations/index.ts'
import type { BrowserFlowTables } from '../domains/browser-flows/index.ts'
import type { PresenceTables } from '../domains/presence/index.ts'
import type { RecoveryCodeTables } from '../domains/recovery-codes/index.ts'
import type { GatewayTables } from '../domains/gateways/index.ts'
import type { EventTables } from '../domains/events/index.ts'
import type { ActivityTables } from '../domains/activity/index.ts'
import type { JobTables } from '../jobs/tables.ts'
import type { AlertTables } from '../domains/alerts/index.ts'
import type { AuditTables } from '../domains/audit/index.ts'
import type { ConnectionTables } from '../domains/connections/index.ts'
import type { GatewayJobTables } from '../domains/gateway-jobs/index.ts'
import type { JobIdentityTables } from '../domains/job-identity/index.ts'
import type { RotationTables } from '../domains/rotation/index.ts'
import type { ProbeTables } from '../domains/probes/index.ts'
import type { CredentialTables } from '../domains/credentials/index.ts'
import type { GrantTables } from '../domains/grants/index.ts'
import type { LeaseTables } from '../domains/leases/index.ts'
import type { PersonalDataTables } from '../domains/personal-data/index.ts'
import type { ResourceTables } from '../domains/resources/index.ts'
import type { PrivacyTables } from '../domains/privacy/index.ts'
import type { RoleTables } from '../domains/roles/index.ts'
import type { SecretTables } from '../domains/secrets/index.ts'
import type { ServiceAccountTables } from '../domains/service-accounts/index.ts'
import type { SinkTables } from '../domains/sinks/index.ts'
import type { SiteTables } from '../domains/sites/index.ts'
import type { StoreTables } from '../domains/stores/index.ts'
import type { SupportAccessTables } from '../domains/support-access/index.ts'
import type { AuthorityTables } from '../domains/authority/index.ts'
import type { DeviceTables } from '../domains/devices/index.ts'
import type { LogWitnessTables } from '../domains/log-witnesses/index.ts'
import type { InvitationTables } from '../domains/invitations/index.ts'
import type { NonceTables } from '../domains/nonces/index.ts'
import type { SignInTables } from '../domains/sign-in/index.ts'
import type { SessionTables } from '../domains/sessions/index.ts'
import type { UserTables } from '../domains/users/index.ts'
import type { OrganizationTables } from '../domains/organizations/index.ts'

export interface Database
  extends
    AccessRequestTables,
    UserTables,
    SessionTables,
    SignInTables,
    BrowserFlowTables,
    PresenceTables,
    RecoveryCodeTables,
    NonceTables,
    InvitationTables,
    DeviceTables,
    AuthorityTables,
    AuditTables,
    ConnectionTables,
    ProbeTables,
    GatewayJobTables,
    JobIdentityTables,
    RotationTables,
    CredentialTables,
    GrantTables,
    LeaseTables,
    LogWitnessTables,
    ResourceTables,
    PersonalDataTables,
    PrivacyTables,
    RoleTables,
    SecretTables,
    ServiceAccountTables,
    SinkTables,
    SiteTables,
    StoreTables,
    SupportAccessTables,
    OrganizationTables,
    AlertTables,
    EventTables,
    GatewayTables,
    RevocationTables,
    ActivityTables,
    JobTables {}

/** Connections of one database role. Domains never see it, except to hand it to `withOrganization`. */
export type Pool = Kysely<Database>

/** What every store function takes: a transaction in which one organization is set. */
export type Transaction = KyselyTransaction<Database>
