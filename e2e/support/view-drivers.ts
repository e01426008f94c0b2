/** How each route of what screens show is driven, where it leaves an entry. */
import { randomUUID } from 'node:crypto'
import { waitFor } from '@sallyport/testkit'
import type { Driver, MutatingRoute } from './driver.ts'
import type { Furniture } from './furniture.ts'

export const viewDrivers = (its: Furniture) =>
  ({
    exportActivity: async () => its.as('exportActivity', { body: { format: 'csv' } }),
    exportMyActivity: async () => its.as('exportMyActivity', { body: { format: 'json-lines' } }),
    exportAuditEntries: async () => its.as('exportAuditEntries', { body: { format: 'csv' } }),
    endConnection: async () => {
      const { gateway, lease } = await its.lease()
      const link = await gateway.openControlLink()
      const connection = randomUUID()
      const opened = [{ id: connection, lease, caller: null, openedAt: Date.now() }]
      link.tell({ type: 'connections', reset: true, opened, bytes: [], closed: [] })
      const isTold = async () => (await its.owner.api('listConnections')).items.some(({ id }) => id === connection)
      await waitFor(isTold, { description: 'the connection to be known' })
      return its.as('endConnection', { parameters: { connection } })
    },
    testResource: async () => {
      const [resource, gateway] = [await its.resource(), await its.gateway()]
      await gateway.openControlLink()
      return its.as('testResource', { parameters: { resource: resource.id }, body: { gateway: gateway.id } })
    },
    testEndpoint: async () => {
      const [{ endpoint }, gateway] = [await its.resource(), await its.gateway()]
      await gateway.openControlLink()
      const body = { gateway: gateway.id, endpoint }
      return its.as('testEndpoint', { parameters: { site: await its.elsewhere() }, body })
    },
  }) satisfies Partial<Record<MutatingRoute, Driver>>
