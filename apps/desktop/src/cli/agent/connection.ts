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
  const open = async (): Promise<LocalClient> => {
    const running = await connectAgent(profile)
    if (running) return keep(running)
    const options = { profile, ...(passphraseFile === undefined ? {} : { passphraseFile }) }
    return keep(await progress('Starting the agent', connectOrStartAgent(options)))
  }
  return {
    agent: () => (opening ??= open()),
    runningAgent: async () => {
      if (client) return client
      const running = await connectAgent(profile)
      if (running) opening = Promise.resolve(keep(running))
      return running
    },
    close: () => client?.close(),
  }
}
