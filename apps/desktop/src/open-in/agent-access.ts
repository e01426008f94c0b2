/** What opening a tool asks of the agent. */
import { type LocalConnection, type LocalCredential, localMethods, type LocalMethodName } from '../shared/local-api.ts'

export interface AgentAccess {
  credentials(): Promise<readonly LocalCredential[]>
  /** Turns the listener on. */
  connect(name: string): Promise<LocalCredential>
  connections(): Promise<readonly LocalConnection[]>
  /** Calls back when credentials or connections may have changed, until the returned function is called. */
  watch(onChange: () => void): () => void
}

/** How a face asks the agent. */
type Call = (method: LocalMethodName, params: unknown) => Promise<unknown>

/** @param watch how this face is told that something changed. */
export const agentThrough = (call: Call, watch: AgentAccess['watch']): AgentAccess => ({
  credentials: async () => localMethods.credentials.result.parse(await call('credentials', {})).items,
  connect: async (name) => localMethods.connect.result.parse(await call('connect', { name })),
  connections: async () => localMethods.connections.result.parse(await call('connections', {})).items,
  watch,
})
