/** The pages by their addresses, below the organization's slug. */
import type { PageAnswer } from './page.ts'
import { showInvitation, takeInvitation } from './invitation-pages.ts'
import { showPresence, takePresence } from './presence-pages.ts'
import { showSignIn, takeDevice, takePassword } from './sign-in-pages.ts'
import type { Visit } from './visit.ts'

export interface PageRoute {
  readonly path: string
  /** Shows the page of a flow. */
  readonly show?: (visit: Visit, flow: string) => Promise<PageAnswer>
  /** Takes what its form brings. */
  readonly take: (visit: Visit, body: Uint8Array) => Promise<PageAnswer>
}

export const pageRoutes: readonly PageRoute[] = [
  { path: 'sign-in', show: (visit, flow) => showSignIn(visit, flow), take: takePassword },
  { path: 'sign-in/device', take: takeDevice },
  { path: 'invitation', show: (visit, flow) => showInvitation(visit, flow), take: takeInvitation },
  { path: 'presence', show: (visit, flow) => showPresence(visit, flow), take: takePresence },
]
