/** A gateway made of the wire formats alone, which ships what it is told to. */
import { freePort } from '@sallyport/testkit'
import { ActivityStream } from './activity-stream.ts'
import { endpoint, fresh, password } from './furniture.ts'
import { sealedSecret } from './organization-world.ts'
import type { RawClient } from './raw-client.ts'
import { RawGateway } from './raw-gateway.ts'

interface Sender {
  readonly gateway: RawGateway
  readonly stream: ActivityStream
}

/** Of a gateway that joined for it, with a lease of the administrator's own. */
export const openSender = async (administrator: RawClient): Promise<Sender> => {
  const site = (await administrator.call('createSite', { body: { name: fresh('site') } })).id
  const resource = await administrator.call('createResource', { body: { site, name: fresh('resource'), endpoint } })
  const secret = (await administrator.call('createSecret', { body: await sealedSecret(administrator, resource, password) })).id
  const named = { resource: resource.id, name: fresh('credential'), userName: 'x', secret }
  const credential = (await administrator.call('createCredential', { body: named })).id
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await administrator.call('createGrant', { body: { user: administrator.user, credential, expiresAt } })
  const address = { host: '127.0.0.1', port: await freePort() }
  const joining = { body: { name: fresh('gateway'), sites: [site], address } }
  const gateway = await RawGateway.join((await administrator.call('createJoinToken', joining)).token)
  const { text } = await administrator.makeTicket({ gateway: gateway.id, credential })
  const { lease, answer } = await gateway.askForLease(text)
  if (lease === null) throw new Error(`no lease: ${answer.text}`)
  return {
    gateway,
    stream: new ActivityStream({ gateway, lease: lease.binding.lease, session: administrator.session, credential }),
  }
}
