/** What gateways call for themselves: join, renew, trust bundle, activity. */
import { fromBase64url, toBase64url } from '@sallyport/protocol'
import { takeBatch } from '../../domains/activity/index.ts'
import { trustBundleFor } from '../../domains/authority/index.ts'
import { type GatewayCertificate, joinGateway, renewGateway } from '../../domains/gateway-enrolment/index.ts'
import { readOrganization } from '../../domains/organizations/index.ts'
import { erasedAmong } from '../../domains/privacy/index.ts'
import type { Dependencies } from '../../dependencies.ts'
import type { HandlersOf } from '../handler.ts'

const materialOf = async (dependencies: Dependencies, issued: GatewayCertificate) => ({
  gateway: issued.gateway,
  organization: issued.organization.id,
  certificates: issued.certificates.map(toBase64url),
  certificateExpiresAt: issued.expiresAt.toISOString(),
  trustBundle: await trustBundleFor(dependencies.trustBundles, issued.organization),
})

export const gatewayCallHandlers = {
  joinGateway: async ({ dependencies, address }, { body }) => {
    const { pool, authority } = dependencies
    const [secret, csr] = [fromBase64url(body.secret), fromBase64url(body.csr)]
    const issued = await joinGateway({ pool, authority, secret, csr, version: body.version, address })
    return materialOf(dependencies, issued)
  },

  renewGateway: async ({ dependencies, organization, gateway, address, transaction: run }, { body }) => {
    const { authority } = dependencies
    const { version } = body
    const csr = fromBase64url(body.csr)
    const issued = await run((transaction) =>
      renewGateway(transaction, { organization, gateway, authority, csr, version, address }),
    )
    return materialOf(dependencies, issued)
  },

  getGatewayTrustBundle: async ({ dependencies, organization }) => ({
    trustBundle: await trustBundleFor(dependencies.trustBundles, organization),
  }),

  getGatewayRetention: ({ transaction: run }) =>
    run(async (transaction) => {
      const { settings } = await readOrganization(transaction)
      return { days: settings.activityRetentionDays, daysByKind: settings.activityRetentionByKind ?? {} }
    }),

  uploadActivity: async ({ dependencies, organization, gateway, actor, now, transaction: run }, { body }) => {
    const { next, isNew } = await takeBatch({
      upload: body,
      sender: { organization: organization.id, gateway: gateway.id, publicKey: gateway.publicKey },
      actor,
      keys: dependencies.activityKeys,
      now: now(),
      run,
      erasedAmong,
    })
    if (isNew) dependencies.announcer.announce(organization.id, 'activity')
    return { next }
  },
} satisfies HandlersOf<'joinGateway' | 'renewGateway' | 'getGatewayTrustBundle' | 'getGatewayRetention' | 'uploadActivity'>
