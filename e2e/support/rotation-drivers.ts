/** How each route of rotations and tests of credentials is driven: gateways of the test take the jobs. */
import {
  canonicalJson,
  endpointDigest,
  fromBase64url,
  gatewayJob,
  type GatewayJob,
  pendingSecretInfo,
  seal,
  utf8,
} from '@sallyport/protocol'
import { passwordSecret, storeSecret } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import type { Actor, Driver, MutatingRoute } from './driver.ts'
import { fresh, type Furniture } from './furniture.ts'
import { RawGateway } from './raw-gateway.ts'

/** A credential at a site of its own, which one gateway of the test serves. */
const rotating = async (its: Furniture) => {
  const site = await its.site()
  const { endpoint } = await its.resource()
  const resource = await its.owner.api('createResource', { body: { site, name: fresh('rotating'), endpoint } })
  const secret = await storeSecret(its.owner, resource, passwordSecret('correct horse battery staple'))
  const body = { resource: resource.id, name: 'login', userName: 'login', secret }
  const credential = (await its.owner.api('createCredential', { body })).id
  const address = { host: '127.0.0.1', port: 1 }
  const joining = { name: fresh('rotating'), sites: [site], address }
  const gateway = await RawGateway.join((await its.owner.api('createJoinToken', { body: joining })).token)
  return { credential, gateway, resource }
}
type Rotating = Awaited<ReturnType<typeof rotating>>

const take = async ({ gateway }: Pick<Rotating, 'gateway'>): Promise<GatewayJob | null> => {
  const { json, code, text } = await gateway.attempt('takeJob')
  if (code !== null) throw new Error(`refused: ${text}`)
  return gatewayJob.nullable().parse((json as { job: unknown }).job)
}

const taken = async (parts: Rotating): Promise<GatewayJob> => (await take(parts))!

const store = async ({ gateway, resource }: Rotating, job: GatewayJob): Promise<void> => {
  const vaultKey = gateway.trust.vaultKeys[0]!
  const info = pendingSecretInfo({
    organization: gateway.organization,
    resource: resource.id,
    endpointDigest: await endpointDigest(resource.endpoint),
    job: job.id,
  })
  const plaintext = utf8(canonicalJson({ ...passwordSecret('next') }))
  const sealed = await seal(plaintext, fromBase64url(vaultKey.publicKey), { info })
  const body = { take: job.take, vaultKey: vaultKey.id, sealed }
  const { code, text } = await gateway.attempt('storePendingSecret', { parameters: { job: job.id }, body })
  if (code !== null) throw new Error(`refused: ${text}`)
}

const by = ({ gateway }: Rotating): Actor => ({ kind: 'gateway', id: gateway.id })

export const rotationDrivers = (its: Furniture) => {
  const begun = async () => {
    const parts = await rotating(its)
    await its.owner.api('rotateCredential', { parameters: { credential: parts.credential } })
    return parts
  }
  return {
    changeRotation: async () =>
      its.as('changeRotation', { parameters: { credential: await its.credential() }, body: { every: 86_400 } }),
    rotateCredential: async () => its.as('rotateCredential', { parameters: { credential: await its.credential() } }),
    testCredential: async () => {
      const parts = await rotating(its)
      const { gateway, credential } = parts
      await gateway.openControlLink()
      const ask = its.as('testCredential', { parameters: { credential }, body: { gateway: gateway.id } })
      return async () => {
        const asked = ask()
        const job = await waitFor(async () => (await take(parts)) ?? false, { description: 'the test to wait for its gateway' })
        const step = { step: 'sign-in' as const, ok: true, code: null, detail: 'It lets login in.', milliseconds: 1 }
        const result = { outcome: 'tested' as const, steps: [step] }
        await gateway.attempt('finishJob', { parameters: { job: job.id }, body: { take: job.take, result } })
        return asked
      }
    },
    markGatewayCompromised: async () => {
      const parameters = { gateway: (await its.gateway()).id }
      await its.owner.api('revokeGateway', { parameters })
      return its.as('markGatewayCompromised', { parameters })
    },
    takeJob: async () => {
      const parts = await begun()
      return async () => {
        await taken(parts)
        return by(parts)
      }
    },
    storePendingSecret: async () => {
      const parts = await begun()
      const job = await taken(parts)
      return async () => {
        await store(parts, job)
        return by(parts)
      }
    },
    finishJob: async () => {
      const parts = await begun()
      const job = await taken(parts)
      await store(parts, job)
      return async () => {
        const body = { take: job.take, result: { outcome: 'changed' } } as const
        const { code, text } = await parts.gateway.attempt('finishJob', { parameters: { job: job.id }, body })
        if (code !== null) throw new Error(`refused: ${text}`)
        return by(parts)
      }
    },
  } satisfies Partial<Record<MutatingRoute, Driver>>
}
