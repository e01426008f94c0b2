/** What opening a tool asks of the agent. */
import type { LocalClient } from '../local/local-client.ts'
import type { LocalConnection, LocalCredential } from '../shared/local-api.ts'

export interface AgentAccess {
  credentials(): Promise<readonly LocalCredential[]>
  /** Turns the listener on. */
  connect(name: string): Promise<LocalCredential>
  connections(): Promise<readonly LocalConnection[]>
  /** Calls back when credentials or connections may have changed, until the returned function is called. */
  watch(onChange: () => void): () => void
}

/** @param watch how this face is told that something changed. */
export const agentThrough = (client: Pick<LocalClient, 'call'>, watch: AgentAccess['watch']): AgentAccess => ({
  credentials: async () => (await client.call('credentials', {})).items,
  connect: (name) => client.call('connect', { name }),
  connections: async () => (await client.call('connections', {})).items,
  watch,
})
