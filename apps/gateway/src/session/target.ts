import type { ResourceTarget } from '../adapters/adapter.ts'
import type { Lease } from './lease.ts'

type Leased = Pick<Lease, 'binding' | 'endpoint' | 'options' | 'databases'>

/** The resource of a lease, as far as adapters need to know it. */
export const targetOf = ({ binding, endpoint, options, databases }: Leased): ResourceTarget => ({
  resourceId: binding.resource,
  host: endpoint.host,
  port: endpoint.port,
  weakestAuthentication: endpoint.weakestAuthentication,
  plaintextAllowed: endpoint.plaintextAllowed,
  labelConnections: options.labelConnections,
  databases,
})
