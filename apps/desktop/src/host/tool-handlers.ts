/** Opening of tools for a renderer: it hears how that goes on by events. */
import type { Logger } from 'pino'
import type { OpenIn } from '../open-in/open-in.ts'
import type { AppEvent } from '../shared/app-messages.ts'
import type { HostHandlers } from './answer-app.ts'

export interface ToolServices {
  readonly openIn: OpenIn
  readonly tell: (event: AppEvent) => void
  readonly logger: Logger
}

export const toolHandlers = ({ openIn, tell, logger }: ToolServices): Pick<HostHandlers, 'openInTools' | 'openIn'> => ({
  openInTools: async ({ credential, again }) => ({ items: [...(await openIn.tools(credential, { again }))].slice(0, 64) }),
  openIn: async ({ credential, tool }) => {
    const { launch, progress } = await openIn.open({ credential, tool })
    const follow = async (): Promise<void> => {
      for await (const step of progress) tell({ event: 'openIn', progress: step })
    }
    follow().catch((error: unknown) => logger.warn({ event: 'tool.failed', tool, error }, 'a tool could not be followed'))
    return { launch }
  },
})
