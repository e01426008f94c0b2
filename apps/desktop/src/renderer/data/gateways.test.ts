import { expect, test } from 'vitest'
import { gatewaysOfSite, type KnownGateway, nearestGateway } from './gateways.ts'

const gateway = (name: string, roundTripMs: number | null, over: Partial<KnownGateway> = {}): KnownGateway => ({
  id: name,
  name,
  sites: ['here'],
  connected: true,
  roundTripMs,
  ...over,
})

test('the nearest is the connected one that answers fastest; one that was not measured comes last', () => {
  const gateways = [gateway('unmeasured', null), gateway('far', 40), gateway('near', 4), gateway('gone', 1, { connected: false })]
  expect(nearestGateway(gateways)?.name).toBe('near')
  expect(nearestGateway(gateways.slice(0, 1))?.name).toBe('unmeasured')
  expect(nearestGateway(gateways.slice(3))).toBeUndefined()
})

test('a gateway of another place is not on the way, however near it is', () => {
  const gateways = [gateway('elsewhere', 1, { sites: ['there'] }), gateway('both', 9, { sites: ['there', 'here'] })]
  expect(gatewaysOfSite(gateways, 'here').map(({ name }) => name)).toEqual(['both'])
})
