export { connectAgent } from './agent-process.ts'
export type { LocalClient } from './local-client.ts'
export type { AgentStatus, LocalConnection, LocalCredential } from '../shared/local-api.ts'
