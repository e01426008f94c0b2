/** Pages that a person is to open: shown on stderr in any case, and opened where this terminal has a browser beside it. */
import { openInSystemBrowser } from '../../host/system-browser.ts'

export interface PageVisit {
  /** What the person is asked to do there. */
  readonly request: string
  readonly url: string
}

export type VisitPage = (visit: PageVisit) => void

interface VisitOptions {
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>
  readonly environment: NodeJS.ProcessEnv
}

/** Over SSH, or where nothing is drawn, a browser here would not be before the person. */
export const hasDisplay = (environment: NodeJS.ProcessEnv): boolean => {
  if (environment['SSH_CONNECTION']) return false
  return process.platform !== 'linux' || Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])
}

/** Also with --json: without the address the command could not go on. */
export const pageVisitor =
  ({ stderr, environment }: VisitOptions): VisitPage =>
  ({ request, url }) => {
    stderr.write(`${request}\n  ${url}\n`)
    // The address is shown: who has no browser here opens it by hand.
    if (hasDisplay(environment)) openInSystemBrowser(url).catch(() => {})
  }
