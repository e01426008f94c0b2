/** Agents of several people on one machine: the organization's ports are those of one of them. */
import type { Agent } from '@sallyport/testbed'
import { freePort, waitFor } from '@sallyport/testkit'

/** Moves every listener of this agent to a free port, as people do whose ports something else holds. */
export const takeOwnPorts = async (agent: Agent): Promise<void> => {
  const { items: granted } = await agent.api('listMyCredentials')
  const items = await waitFor(
    async () => {
      const { items: found } = await agent.local.call('credentials', {})
      return found.length === granted.length && found
    },
    { description: 'all credentials to have a listener' },
  )
  for (const item of items) await agent.local.call('setPort', { name: item.granted.name, port: await freePort() })
}
