import { SallyportError } from '@sallyport/protocol'
import { answerOfGateway, findGateway, type Gateway, gatewaysOfSite } from '../../domains/gateways/index.ts'
import type { CallerContext } from '../context.ts'

const unreachable = () =>
  new SallyportError('gateway_unreachable', { message: 'No gateway of this site is connected to the API now.' })

/**
 * A gateway of the site that is connected: this one, or any where none is named. Throws `not_found`, `wrong_site` or
 * `gateway_unreachable`.
 */
export const chooseGateway = (
  context: CallerContext,
  { site, gateway }: { readonly site: string; readonly gateway: string | undefined },
): Promise<Gateway> =>
  context.transaction(async (transaction) => {
    if (gateway === undefined) {
      const all = await gatewaysOfSite(transaction, site)
      const found = all.find((each) => answerOfGateway(each, context.now()).connected)
      if (found === undefined) throw unreachable()
      return found
    }
    const found = await findGateway(transaction, gateway)
    if (found === null || found.status === 'revoked') {
      throw new SallyportError('not_found', { message: 'There is no such gateway.' })
    }
    if (!found.sites.includes(site)) throw new SallyportError('wrong_site')
    if (!answerOfGateway(found, context.now()).connected) throw unreachable()
    return found
  })
