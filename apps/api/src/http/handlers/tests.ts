/** Tests of resources and endpoints through a gateway, without a credential. */
import { type Endpoint, endpointDigest } from '@sallyport/protocol'
import { recordAudit } from '../../domains/audit/index.ts'
import { checkEndpoint, requireResource } from '../../domains/resources/index.ts'
import { requireSite } from '../../domains/sites/index.ts'
import type { CallerContext } from '../context.ts'
import type { HandlersOf } from '../handler.ts'
import { chooseGateway } from './choose-gateway.ts'

interface Subject {
  readonly kind: 'resource' | 'site'
  readonly id: string
}

interface Wanted {
  readonly subject: Subject
  readonly site: string
  readonly endpoint: Endpoint
  /** This one; absent: any that is connected. */
  readonly gateway: string | undefined
}

const test = async (context: CallerContext, wanted: Wanted) => {
  const { id: gateway } = await chooseGateway(context, wanted)
  const { endpoint, subject } = wanted
  // Recorded before it is done: whatever becomes of it, somebody made a gateway reach out.
  const details = { gateway, host: endpoint.host, port: endpoint.port, endpointDigest: await endpointDigest(endpoint) }
  await context.transaction((transaction) =>
    recordAudit(transaction, { type: 'resource.tested', actor: context.actor, subject, details }),
  )
  const steps = await context.dependencies.probes.ask({ gateway, endpoint, run: context.transaction })
  return { gateway, ok: steps.every(({ ok }) => ok), steps: [...steps] }
}

export const testHandlers = {
  testResource: async (context, { parameters, body }) => {
    const { id, site, endpoint } = await context.transaction((transaction) => requireResource(transaction, parameters.resource))
    return test(context, { subject: { kind: 'resource', id }, site, endpoint, gateway: body.gateway })
  },
  testEndpoint: async (context, { parameters: { site }, body: { endpoint, gateway } }) => {
    await context.transaction((transaction) => requireSite(transaction, site))
    checkEndpoint(endpoint)
    return test(context, { subject: { kind: 'site', id: site }, site, endpoint, gateway })
  },
} satisfies HandlersOf<'testResource' | 'testEndpoint'>
