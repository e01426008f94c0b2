/** Drivers of the routes about third-party stores. */
import { endpointDigest, type Endpoint } from '@sallyport/protocol'
import type { Driver, MutatingRoute } from './driver.ts'
import { fresh, type Furniture } from './furniture.ts'
import { storeLocation } from './organization-world.ts'

const store = async (its: Furniture): Promise<string> => {
  const { id } = await its.owner.api('createStore', { body: { name: fresh('store'), location: storeLocation('some') } })
  return id
}

const placeFor = async (its: Furniture, resource: { readonly id: string; readonly endpoint: Endpoint }) => ({
  resource: resource.id,
  endpointDigest: await endpointDigest(resource.endpoint),
  store: await store(its),
  path: 'apps/shop',
  field: 'password',
})

export const storeDrivers = (its: Furniture) =>
  ({
    createStore: async () => its.as('createStore', { body: { name: fresh('store'), location: storeLocation('some') } }),
    changeStore: async () => its.as('changeStore', { parameters: { store: await store(its) }, body: { name: fresh('store') } }),
    deleteStore: async () => its.as('deleteStore', { parameters: { store: await store(its) } }),
    createStoredSecret: async () => its.as('createStoredSecret', { body: await placeFor(its, await its.resource()) }),
    replaceByStoredSecret: async () => {
      const { resource, secret } = await its.secret()
      return its.as('replaceByStoredSecret', { parameters: { secret }, body: await placeFor(its, resource) })
    },
    rotateTokenKeys: async () => its.as('rotateTokenKeys'),
  }) satisfies Partial<Record<MutatingRoute, Driver>>
