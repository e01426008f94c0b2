/**
 * What no page of ours ever does: leave, open windows, embed others, ask for a device or a permission, load from the network.
 * Said once for every web contents that comes to be, so that none is forgotten.
 */
import type { App, Session, WebContents } from 'electron'
import { isOwnPage, ownPath } from '../ipc/page-address.ts'

/** Writing to the clipboard after a click is what a copy button does. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

const guardContents = (contents: WebContents): void => {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  for (const moment of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const) {
    contents.on(moment as 'will-navigate', (event) => {
      // The page may load itself again, and go nowhere else.
      if (!isOwnPage(event.url)) event.preventDefault()
    })
  }
}

const guardSession = (session: Session): void => {
  const isAllowed = (permission: string, address: string): boolean => ALLOWED_PERMISSIONS.has(permission) && isOwnPage(address)
  session.setPermissionRequestHandler((contents, permission, decide) => decide(isAllowed(permission, contents?.getURL() ?? '')))
  session.setPermissionCheckHandler((contents, permission) => isAllowed(permission, contents?.getURL() ?? ''))
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.on('will-download', (event) => event.preventDefault())
  session.webRequest.onBeforeRequest((details, decide) =>
    decide({
      cancel: ownPath(details.url) === null && !details.url.startsWith('devtools://') && !details.url.startsWith('data:image/'),
    }),
  )
}

export const guardApp = (app: App, session: Session): void => {
  app.on('web-contents-created', (_event, contents) => guardContents(contents))
  guardSession(session)
}
