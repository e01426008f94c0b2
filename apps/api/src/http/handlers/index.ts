/** Every handler. A route without one does not compile. */
import type { Handlers } from '../handler.ts'
import { accessRequestHandlers } from './access-requests.ts'
import { accessRuleHandlers } from './access-rules.ts'
import { activityHandlers } from './activity.ts'
import { alertHandlers } from './alerts.ts'
import { auditHandlers } from './audit.ts'
import { browserHandlers } from './browser.ts'
import { connectionHandlers } from './connections.ts'
import { credentialHandlers } from './credentials.ts'
import { deviceHandlers } from './devices.ts'
import { gatewayCallHandlers } from './gateway-calls.ts'
import { gatewayJobHandlers } from './gateway-jobs.ts'
import { gatewayLeaseHandlers } from './gateway-leases.ts'
import { gatewayHandlers } from './gateways.ts'
import { grantHandlers } from './grants.ts'
import { keyHandlers } from './keys.ts'
import { authorityHandlers } from './authorities.ts'
import { sinkHandlers } from './sinks.ts'
import { leaseHandlers } from './leases.ts'
import { logHandlers } from './log.ts'
import { meHandlers } from './me.ts'
import { previewHandlers } from './previews.ts'
import { privacyHandlers } from './privacy.ts'
import { resourceHandlers } from './resources.ts'
import { roleHandlers } from './roles.ts'
import { rotationHandlers } from './rotation.ts'
import { secretHandlers } from './secrets.ts'
import { serviceAccountHandlers } from './service-accounts.ts'
import { signInHandlers } from './sign-in.ts'
import { siteHandlers } from './sites.ts'
import { storeHandlers } from './stores.ts'
import { supportAccessHandlers } from './support-access.ts'
import { systemHandlers } from './system.ts'
import { testHandlers } from './tests.ts'
import { tokenIssuerHandlers } from './token-issuer.ts'
import { userHandlers } from './users.ts'

export const handlers: Handlers = {
  ...systemHandlers,
  ...signInHandlers,
  ...meHandlers,
  ...browserHandlers,
  ...userHandlers,
  ...deviceHandlers,
  ...roleHandlers,
  ...grantHandlers,
  ...accessRequestHandlers,
  ...accessRuleHandlers,
  ...siteHandlers,
  ...resourceHandlers,
  ...credentialHandlers,
  ...secretHandlers,
  ...rotationHandlers,
  ...storeHandlers,
  ...tokenIssuerHandlers,
  ...keyHandlers,
  ...authorityHandlers,
  ...sinkHandlers,
  ...serviceAccountHandlers,
  ...leaseHandlers,
  ...auditHandlers,
  ...logHandlers,
  ...gatewayHandlers,
  ...gatewayCallHandlers,
  ...gatewayLeaseHandlers,
  ...gatewayJobHandlers,
  ...activityHandlers,
  ...alertHandlers,
  ...connectionHandlers,
  ...testHandlers,
  ...privacyHandlers,
  ...previewHandlers,
  ...supportAccessHandlers,
}
