/** How each route of the catalogue, of keys, the log and settings is driven. */
import { endpointDigest } from '@sallyport/protocol'
import { passwordSecret, sealSecret } from '@sallyport/testbed'
import type { Driver, MutatingRoute } from './driver.ts'
import { endpoint, fresh, type Furniture, number, password } from './furniture.ts'

const fileSink = (name: string) =>
  ({ name, destination: { kind: 'file', maxBytes: 65_536, keepFiles: 0 }, from: 'now', sealedSecret: null }) as const

export const catalogueDrivers = (its: Furniture) =>
  ({
    createSite: async () => its.as('createSite', { body: { name: fresh('site') } }),
    changeSite: async () => its.as('changeSite', { parameters: { site: await its.site() }, body: { name: fresh('site') } }),
    deleteSite: async () => its.as('deleteSite', { parameters: { site: await its.site() } }),
    createResource: async () =>
      its.as('createResource', { body: { site: await its.elsewhere(), name: fresh('resource'), endpoint } }),
    changeResource: async () =>
      its.as('changeResource', { parameters: { resource: (await its.resource()).id }, body: { description: 'changed' } }),
    deleteResource: async () => its.as('deleteResource', { parameters: { resource: (await its.resource()).id } }),
    createCredential: async () => {
      const { resource, secret } = await its.secret()
      return its.as('createCredential', { body: { resource: resource.id, name: fresh('credential'), userName: 'x', secret } })
    },
    changeCredential: async () =>
      its.as('changeCredential', { parameters: { credential: await its.credential() }, body: { userName: 'y' } }),
    deleteCredential: async () => its.as('deleteCredential', { parameters: { credential: await its.credential() } }),
    createSecret: async () =>
      its.as('createSecret', { body: await sealSecret(its.owner, await its.resource(), passwordSecret(password)) }),
    replaceSecret: async () => {
      const { resource, secret } = await its.secret()
      const body = await sealSecret(its.owner, resource, passwordSecret(`${password}!`))
      return its.as('replaceSecret', { parameters: { secret }, body })
    },
    bindSecret: async () => {
      const { resource, secret } = await its.secret()
      const moved = { ...resource.endpoint, port: 5433 }
      await its.owner.api('changeResource', { parameters: { resource: resource.id }, body: { endpoint: moved } })
      return its.as('bindSecret', { parameters: { secret }, body: { endpointDigest: await endpointDigest(moved) } })
    },
    beginLogExport: async () => its.as('beginLogExport'),
    rewrapKeys: async () => its.as('rewrapKeys'),
    rotateAuthority: async () => its.as('rotateAuthority', { body: { what: 'root' } }),
    createSink: async () => its.as('createSink', { body: fileSink(fresh('sink')) }),
    changeSink: async () =>
      its.as('changeSink', {
        parameters: { sink: (await its.owner.api('createSink', { body: fileSink(fresh('sink')) })).id },
        body: { enabled: false },
      }),
    changeSinkStreams: async () =>
      its.as('changeSinkStreams', {
        parameters: { sink: (await its.owner.api('createSink', { body: fileSink(fresh('sink')) })).id },
        body: { streams: ['log', 'activity'], from: 'now' },
      }),
    deleteSink: async () =>
      its.as('deleteSink', {
        parameters: { sink: (await its.owner.api('createSink', { body: fileSink(fresh('sink')) })).id },
      }),
    startLogKey: async () => its.as('startLogKey'),
    rotateDataKeys: async () => its.as('rotateDataKeys'),
    rotateVaultKey: async () => its.as('rotateVaultKey'),
    changeLogWitnesses: async () => its.as('changeLogWitnesses', { body: { witnesses: [], quorum: 0 } }),
    changeSettings: async () => its.as('changeSettings', { body: { activityRetentionDays: 100 + number() } }),
  }) satisfies Partial<Record<MutatingRoute, Driver>>
