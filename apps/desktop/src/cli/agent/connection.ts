/** The one connection to the agent that a command uses, opened when it is first needed. */
import { connectAgent, connectOrStartAgent } from '../../local/agent-process.ts'
import type { LocalClient } from '../../local/local-client.ts'
import type { Progress } from '../terminal/progress.ts'

export interface AgentConnection {
  /** The agent of the profile, started when none runs. */
  agent(): Promise<LocalClient>
  /** The agent, if it runs. */
  runningAgent(): Promise<LocalClient | null>
  close(): void
}

interface ConnectionOptions {
  readonly profile: string
  readonly passphraseFile: string | undefined
  readonly progress: Progress
}

export const createAgentConnection = ({ profile, passphraseFile, progress }: ConnectionOptions): AgentConnection => {
  let opening: Promise<LocalClient> | null = null
  let client: LocalClient | null = null
  const keep = (opened: LocalClient): LocalClient => (client = opened)
  return {
    agent: () => {
      const options = { profile, ...(passphraseFile === undefined ? {} : { passphraseFile }) }
      opening ??= progress('Starting the agent', connectOrStartAgent(options)).then(keep)
      return opening
    },
    runningAgent: async () => {
      if (client) return client
      const running = await connectAgent(profile)
      if (running) opening = Promise.resolve(keep(running))
      return running
    },
    close: () => client?.close(),
  }
}
