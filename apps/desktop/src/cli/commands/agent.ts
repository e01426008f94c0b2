import { SallyportError } from '@sallyport/protocol'
import { type Command, defineCommand } from '../command.ts'
import { message } from '../views/answer.ts'
import { statusAnswer } from './status-view.ts'

/** Milliseconds that the agent gets to close its connections. */
const STOP_LIMIT = 15_000

export const agentCommands: readonly Command[] = [
  defineCommand({
    words: 'agent start',
    summary: 'Starts the agent, if it does not run; other commands do so by themselves',
    parameters: {},
    run: async (context) => {
      const status = await (await context.agent()).call('status', {})
      return message(status, `The agent runs as process ${status.pid}.`)
    },
  }),
  defineCommand({
    words: 'agent stop',
    summary: 'Stops the agent and closes every connection; you stay signed in',
    parameters: {},
    run: async (context) => {
      const agent = await context.runningAgent()
      if (!agent) return message({ stopped: false }, 'The agent does not run.')
      const asked = agent.call('stop', {}).catch((error: unknown) => {
        // It may be gone before its answer is.
        if (!(error instanceof SallyportError) || error.code !== 'stopping') throw error
      })
      await context.progress('Stopping the agent', asked)
      const gone = agent.closed.then(() => true)
      const late = new Promise<false>((resolve) => setTimeout(resolve, STOP_LIMIT, false).unref())
      if (!(await Promise.race([gone, late])))
        throw new SallyportError('agent_unreachable', { message: 'The agent was told to stop and has not ended yet.' })
      return message({ stopped: true }, 'The agent has stopped.')
    },
  }),
  defineCommand({
    words: 'agent status',
    summary: 'Shows whether the agent runs, without starting it',
    parameters: {},
    run: async (context) => {
      const agent = await context.runningAgent()
      if (!agent)
        throw new SallyportError('agent_unreachable', { message: 'The agent does not run. Start it: sallyport agent start' })
      return statusAnswer(await agent.call('status', {}))
    },
  }),
]
