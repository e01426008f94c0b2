/** How each route of gateways is driven, those of administrators and their own. */
import { randomUUID } from 'node:crypto'
import { activityBatch, sha256, signStatement, toBase64url, utf8 } from '@sallyport/protocol'
import { done, type Driver, itself, type MutatingRoute, theGateway } from './driver.ts'
import { fresh, type Furniture } from './furniture.ts'
import { RawGateway } from './raw-gateway.ts'
import { requestFor } from './raw-key.ts'

export const gatewayDrivers = (its: Furniture) =>
  ({
    createJoinToken: async () => its.as('createJoinToken', { body: await its.newGateway() }),
    changeGateway: async () =>
      its.as('changeGateway', { parameters: { gateway: (await its.gateway()).id }, body: { name: fresh('gateway') } }),
    revokeGateway: async () => its.as('revokeGateway', { parameters: { gateway: (await its.gateway()).id } }),
    joinGateway: async () => {
      const token = await its.joinToken()
      return async () => theGateway(await RawGateway.join(token))
    },
    renewGateway: async () => {
      const gateway = await its.gateway()
      const csr = await requestFor(gateway.key)
      return async () => {
        done(await gateway.attempt('renewGateway', { body: { csr, version: '0.0.1' } }))
        return theGateway(gateway)
      }
    },
    requestLease: async () => {
      const { person, gateway, ticket } = await its.ticket()
      return async () => {
        done((await gateway.askForLease(ticket.text)).answer)
        return itself(person)
      }
    },
    renewLeases: async () => {
      const { person, gateway, lease } = await its.lease()
      const renewal = await person.makeLeaseRenewal({ gateway: gateway.id, leases: [lease] })
      return async () => {
        done(await gateway.attempt('renewLeases', { body: { renewal } }))
        return itself(person)
      }
    },
    endLeases: async () => {
      const { gateway, lease } = await its.lease()
      return async () => {
        done(await gateway.attempt('endLeases', { body: { leases: [{ id: lease, reason: 'tool_closed' }] } }))
        return theGateway(gateway)
      }
    },
    uploadActivity: async () => {
      const { person, gateway, lease, credential } = await its.lease()
      const cancel = { kind: 'cancel', at: new Date().toISOString(), matched: false }
      const record = { number: 0, lease, connection: randomUUID(), session: person.session, credential, activity: cancel }
      const lines = `${JSON.stringify(record)}\n`
      const payload = {
        version: 1 as const,
        organization: gateway.organization,
        gateway: gateway.id,
        stream: randomUUID(),
        first: 0,
        count: 1,
        digest: toBase64url(await sha256(utf8(lines))),
        previous: 'A'.repeat(43),
        sealedAt: Date.now(),
      }
      const batch = await signStatement(activityBatch, payload, [gateway.key.signer])
      return async () => {
        done(await gateway.attempt('uploadActivity', { body: { batch, lines } }))
        return theGateway(gateway)
      }
    },
  }) satisfies Partial<Record<MutatingRoute, Driver>>
