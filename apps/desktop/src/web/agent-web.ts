/** The agent's own face: wires the page on loopback to the agent that serves it. */
import { dirname, join } from 'node:path'
import { isSea } from 'node:sea'
import { fileURLToPath } from 'node:url'
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { answerApp } from '../host/answer-app.ts'
import { BrowserPages } from '../host/browser-pages.ts'
import { logExportHandlers } from '../host/log-export-handlers.ts'
import { openFolderBySystem, openInSystemBrowser } from '../host/system-browser.ts'
import { toolHandlers } from '../host/tool-handlers.ts'
import { agentThrough } from '../open-in/agent-access.ts'
import { OpenIn } from '../open-in/open-in.ts'
import { thisSystem } from '../open-in/system/this-system.ts'
import type { HostFacts } from '../shared/app-api.ts'
import type { AppEvent } from '../shared/app-messages.ts'
import type { FindingEvent } from '../shared/diagnosis.ts'
import type { LocalEvent } from '../shared/local-event.ts'
import type { LocalMethodName } from '../shared/local-api.ts'
import { loopbackHandlers } from './loopback-host.ts'
import { WebFace } from './web-face.ts'

/** In a package it lies beside the executable, in a checkout where it is built. */
const builtRenderer = (): string =>
  isSea() ? join(dirname(process.execPath), 'renderer') : fileURLToPath(new URL('../../dist/renderer', import.meta.url))

export interface AgentWebOptions {
  readonly paths: { readonly open: string; readonly tools: string }
  /** Whether pages may be shown anything. */
  readonly isLocked: () => boolean
  /** The agent's own methods. */
  readonly ask: (method: LocalMethodName, params: unknown) => Promise<unknown>
  readonly logger: Logger
}

export interface AgentWeb {
  /** An address that lets one page in. Throws `not_found` when the renderer is not built. */
  invite(): Promise<string>
  tell(event: LocalEvent | FindingEvent): void
  close(): Promise<void>
}

export const createAgentWeb = ({ paths, isLocked, ask, logger }: AgentWebOptions): AgentWeb => {
  const pages = new BrowserPages()
  const watchers = new Set<() => void>()
  const watch = (onChange: () => void): (() => void) => {
    watchers.add(onChange)
    return () => watchers.delete(onChange)
  }
  const openIn = new OpenIn({ system: thisSystem(), agent: agentThrough(ask, watch), paths })
  const show = (event: AppEvent): void => {
    if (!isLocked()) face.tell(event)
  }
  const tools = toolHandlers({ openIn, tell: show, logger, askForProgram: null })
  const handlers = loopbackHandlers({
    tools,
    logExport: logExportHandlers({ ask, choosePath: null, showFolder: (path) => openFolderBySystem(path) }),
    platform: process.platform as HostFacts['platform'],
    openBrowser: (address) => openInSystemBrowser(address),
    attemptAddress: (id) => pages.address(id),
  })
  const onDefect = (method: string, error: unknown): void =>
    logger.error({ event: 'web.failed', method, error }, 'a request of a page failed')
  const answer = answerApp({ askAgent: pages.listen(ask), handlers, isLocked: async () => isLocked(), onDefect })
  const folder = builtRenderer()
  const face: WebFace = new WebFace({ folder, answer, logger })
  return {
    invite: () =>
      face.invite().catch((cause: unknown) => {
        throw new SallyportError('not_found', {
          message: `There is no built app in ${folder}. Build it: npm run build:app`,
          cause,
        })
      }),
    tell: (event) => {
      if (event.event === 'finding') return show(event)
      face.tell(event)
      for (const changed of watchers) changed()
    },
    close: () => face.close(),
  }
}
