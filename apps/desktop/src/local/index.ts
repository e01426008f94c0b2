export { connectLocal, type LocalAddress, type LocalClient } from './local-client.ts'
export type { AgentStatus, LocalConnection, LocalCredential, LocalMethodName, LocalParams, LocalResult } from '../shared/local-api.ts'
