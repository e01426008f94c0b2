import { SallyportError } from '@sallyport/protocol/errors'
import { usualPreferences } from '../../../shared/preferences.ts'
import { type Answers, methods, waits } from '../answers.ts'
import { hostFacts, id, signedIn } from '../people.ts'
import type { Step, Story } from '../story.ts'

/** Of the organization acme, at sallyport.acme.example. */
const INVITATION =
  'sallyport-invitation-eyJhcGkiOiJodHRwczovL3NhbGx5cG9ydC5hY21lLmV4YW1wbGUiLCJhcGlSb290IjpudWxsLCJjb2RlIjoiUW1WbGJHbHVaVjlwYm5acGRHRjBhVzl1WDJOdkFBQUEiLCJvcmdhbml6YXRpb24iOiJhY21lIiwicm9vdEZpbmdlcnByaW50IjoiT3JjU1pfMHRwNGdUUU5FVkF4cHVCNFBpMFo5TzRQUzhIR0ZkZXg5VHRIYyIsInZlcnNpb24iOjF9'

const fresh = {
  ...signedIn,
  state: 'not-enrolled' as const,
  user: null,
  organization: null,
  device: null,
  session: null,
  api: null,
  gateways: [],
  connections: 0,
}
const signedOut = { ...signedIn, state: 'signed-out' as const, session: null, connections: 0, gateways: [] }
const begun = { id: id(40), url: 'https://sallyport.acme.example/sign-in?attempt=example' }

/** At an address whose certificate the computer trusts. */
const contact = {
  api: 'https://sallyport.acme.example',
  organization: 'acme',
  name: 'Acme',
  rootFingerprint: 'OrcSZ_0tp4gTQNEVAxpuB4Pi0Z9O4PS8HGFdex9TtHc',
}

const answering = (status: typeof fresh | typeof signedOut, more: Answers = {}): Answers => ({
  ...methods({
    host: hostFacts,
    lockState: { locked: false },
    status,
    credentials: { items: [] },
    connections: { items: [] },
    openBrowser: {},
    preferences: usualPreferences,
    awaitSignIn: waits,
    beginSignIn: begun,
    findOrganization: contact,
    giveCode: {},
    cancelBrowser: {},
  }),
  ...more,
})

const paste: readonly Step[] = [{ press: 'Tab' }, { type: INVITATION }, { click: { role: 'button', name: 'Continue' } }]
const findAddress: readonly Step[] = [
  { press: 'Tab' },
  { type: 'sallyport.acme.example/acme' },
  { click: { role: 'button', name: 'Continue' } },
]
const story = (state: string, answers: Answers, steps: readonly Step[] = []): Story => ({
  name: `first-run/${state}`,
  at: '/',
  answers,
  steps,
})

export const firstRunStories: readonly Story[] = [
  story('invitation', answering(fresh)),
  story('wrong-invitation', answering(fresh), [
    { press: 'Tab' },
    { type: 'hello' },
    { click: { role: 'button', name: 'Continue' } },
  ]),
  story('identity', answering(fresh), paste),
  story('address', answering(fresh), findAddress),
  story(
    'address-not-trusted',
    answering(
      fresh,
      methods({
        findOrganization: new SallyportError('certificate_invalid', {
          message:
            'The certificate of sallyport.acme.example is not one that this computer trusts. With an invitation that does not matter: ask for one.',
        }),
      }),
    ),
    findAddress,
  ),
  story('code', answering(fresh), [
    ...paste,
    { click: { role: 'button', name: 'Continue in the browser' } },
    { click: { role: 'button', name: 'Use a code' } },
  ]),
  story('waiting', answering(fresh), [...paste, { click: { role: 'button', name: 'Continue in the browser' } }]),
  story('error', answering(fresh, methods({ beginSignIn: new SallyportError('api_unreachable') })), [
    ...paste,
    { click: { role: 'button', name: 'Continue in the browser' } },
  ]),
  story('not-approved', answering(fresh, methods({ awaitSignIn: new SallyportError('device_not_approved') })), [
    ...paste,
    { click: { role: 'button', name: 'Continue in the browser' } },
  ]),
  story('signed-out', answering(signedOut)),
  story(
    'cloned',
    answering({
      ...signedOut,
      ended: {
        code: 'device_state_stale',
        message: 'A copy of this device was seen. Every connection was ended; sign in again.',
      },
    }),
  ),
  story(
    'key-gone',
    answering({
      ...signedOut,
      ended: { code: 'device_revoked', message: 'This device was revoked. Ask an administrator to enrol it again.' },
    }),
  ),
]
