/** Opening of tools for a renderer: it hears how that goes on by events. */
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { OpenIn } from '../open-in/open-in.ts'
import { withoutTool, withProgram } from '../open-in/settings/tool-settings.ts'
import type { AppEvent } from '../shared/app-messages.ts'
import { cannotHere, type HostHandlers } from './answer-app.ts'

export interface ToolServices {
  readonly openIn: OpenIn
  readonly tell: (event: AppEvent) => void
  readonly logger: Logger
  /** Asks the person for a program on this computer; it resolves to null when they thought better of it. null: no such window. */
  readonly askForProgram: (() => Promise<string | null>) | null
}

export type ToolHandlers = Pick<
  HostHandlers,
  'openInTools' | 'openIn' | 'toolChoices' | 'chooseProgram' | 'forgetTool' | 'chooseTerminal'
>

export const toolHandlers = ({ openIn, tell, logger, askForProgram }: ToolServices): ToolHandlers => ({
  openInTools: async ({ credential, again }) => ({ items: [...(await openIn.tools(credential, { again }))].slice(0, 64) }),
  openIn: async ({ credential, tool }) => {
    const { launch, progress } = await openIn.open({ credential, tool })
    const follow = async (): Promise<void> => {
      for await (const step of progress) tell({ event: 'openIn', progress: step })
    }
    follow().catch((error: unknown) => logger.warn({ event: 'tool.failed', tool, error }, 'a tool could not be followed'))
    return { launch }
  },
  toolChoices: (asked) => openIn.choices(asked),
  chooseProgram: async ({ tool }) => {
    if (askForProgram === null) throw cannotHere('Choosing a program')
    const known = (await openIn.choices()).tools.find(({ id }) => id === tool)
    if (known === undefined || known.own) throw new SallyportError('not_found')
    const program = await askForProgram()
    return program === null ? openIn.choices() : openIn.choose((settings) => withProgram(settings, tool, program))
  },
  forgetTool: ({ tool }) => openIn.choose((settings) => withoutTool(settings, tool)),
  chooseTerminal: ({ terminal }) => openIn.choose((settings) => ({ ...settings, terminal })),
})
