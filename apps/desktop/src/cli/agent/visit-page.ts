/** A page that a person deals with in their browser, here or, when this is a terminal of another computer, there. */
import { SallyportError } from '@sallyport/protocol'
import type { LocalClient } from '../../local/local-client.ts'
import type { Prompter } from '../terminal/prompter.ts'
import { hasDisplay, type PageVisit, type VisitPage } from './browser.ts'

export interface Visits {
  /** Whether a code is to be pasted: the browser is on another computer, and somebody is there to paste it. */
  readonly paste: boolean
  /** Shows the page, and waits for its code where one is pasted. `id`: as the agent began it. */
  visit(agent: LocalClient, begun: PageVisit & { readonly id: string }): Promise<void>
}

interface VisitsParts {
  readonly environment: NodeJS.ProcessEnv
  readonly prompter: Pick<Prompter, 'ask' | 'available'>
  readonly visit: VisitPage
}

/** `wanted`: somebody said how. */
export const visitsOf = ({ environment, prompter, visit }: VisitsParts, wanted?: boolean): Visits => {
  const paste = wanted ?? (!hasDisplay(environment) && prompter.available)
  return {
    paste,
    visit: async (agent, { id, request, url }) => {
      visit({ request, url })
      if (paste) await pasteCode(agent, prompter, id)
    },
  }
}

/** Asks until it is a whole code; whether it is the right one shows in what is awaited next. */
const pasteCode = async (agent: LocalClient, prompter: Pick<Prompter, 'ask'>, id: string): Promise<void> => {
  for (;;) {
    const code = await prompter.ask('The code that the page shows: ', { instead: 'Open the page in a browser on this computer.' })
    try {
      await agent.call('giveCode', { id, code: code.slice(0, LONGEST) })
      return
    } catch (error) {
      if (!(error instanceof SallyportError) || error.code !== 'browser_code_invalid') throw error
      process.stderr.write(`${error.message}\n`)
    }
  }
}

const LONGEST = 200
