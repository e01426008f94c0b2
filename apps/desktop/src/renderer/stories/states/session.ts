/** The session is over while somebody works: the page stays, and says what happened. */
import { SallyportError } from '@sallyport/protocol/errors'
import type { AgentStatus } from '../../../shared/local-api.ts'
import { type Answers, methods, waits } from '../answers.ts'
import { someCredentials } from '../credentials.ts'
import { asUser, id, signedIn } from '../people.ts'
import type { Step, Story } from '../story.ts'

const begun = { id: id(40), url: 'https://sallyport.acme.example/sign-in?attempt=example' }
const day: Answers = {
  ...asUser(),
  ...methods({
    credentials: { items: [...someCredentials] },
    openInTools: { items: [] },
    beginSignIn: begun,
    awaitSignIn: waits,
    openBrowser: {},
    cancelBrowser: {},
  }),
}

type Code = NonNullable<AgentStatus['ended']>['code']

const ended = (code: Code): AgentStatus => ({
  ...signedIn,
  state: 'signed-out',
  ended: { code, message: 'The session is over.', at: '2026-11-22T14:02:00.000Z' },
  user: null,
  session: null,
  gateways: [],
  connections: 0,
})

const story = (state: string, code: Code, more: Partial<Story> = {}): Story => ({
  name: `session/${state}`,
  at: `/resources/${id(20, 1)}`,
  answers: day,
  events: [{ event: 'status' }],
  later: methods({ status: ended(code), credentials: new SallyportError(code) }),
  ...more,
})

const press = (name: string): Step => ({ click: { role: 'button', name } })
const signIn = press('Sign in with the browser')

export const sessionStories: readonly Story[] = [
  story('expired', 'session_expired'),
  story('revoked', 'session_revoked'),
  story('copied', 'device_state_stale'),
  story('not-me', 'device_state_stale', { steps: [press('It was not me')] }),
  story('not-approved', 'device_not_approved'),
  story('device-revoked', 'device_revoked'),
  story('fingerprint-changed', 'fingerprint_changed'),
  story('disabled', 'user_disabled'),
  story('unknown', 'session_unknown'),
  story('signing-in', 'session_expired', { steps: [signIn] }),
  story('code', 'session_expired', { steps: [signIn, press('Use a code')] }),
  story('sign-in-failed', 'session_expired', {
    answers: { ...day, ...methods({ beginSignIn: new SallyportError('api_unreachable') }) },
    steps: [signIn],
  }),
]
