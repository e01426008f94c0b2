/** The frame around screens in bad times, its palette and its sheets. */
import { SallyportError } from '@sallyport/protocol/errors'
import { type Answers, methods, routes } from '../answers.ts'
import { manyCredentials, someCredentials } from '../credentials.ts'
import { asUser, id, signedIn } from '../people.ts'
import type { RouteAnswer } from '../../data/use-route.ts'
import type { Story } from '../story.ts'

const day: Answers = { ...asUser(), ...methods({ credentials: { items: [...someCredentials] }, openInTools: { items: [] } }) }
const own = day['api:getMe'] as RouteAnswer<'getMe'>
const asSupport: Answers = {
  ...day,
  ...routes({ getMe: { ...own, user: { ...own.user, endsAt: '2026-11-22T17:00:00.000Z' } } }),
}
const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `frame/${state}`,
  at: '/resources',
  answers,
  ...more,
})

export const frameStories: readonly Story[] = [
  story('agent-gone', { ...day, ...methods({ status: new SallyportError('agent_unreachable') }) }),
  story('keychain-locked', { ...day, ...methods({ status: new SallyportError('keychain_locked') }) }),
  story('keychain-missing', { ...day, ...methods({ status: new SallyportError('keychain_unavailable') }) }),
  story('api-unreachable', {
    ...day,
    ...methods({ status: { ...signedIn, api: { origin: 'https://sallyport.acme.example', reachable: false } } }),
  }),
  story('session-ends', {
    ...day,
    ...methods({
      status: {
        ...signedIn,
        session: { id: id(3), expiresAt: '2026-11-22T14:12:00.000Z', certificateExpiresAt: '2026-11-22T14:12:00.000Z' },
      },
    }),
  }),
  story('support', asSupport),
  story('update-ready', day, { events: [{ event: 'update', version: '1.2.0', readyAt: '2026-11-22T14:00:00.000Z' }] }),
  story('palette', day, { steps: [{ press: 'Control+k' }] }),
  story(
    'palette-search',
    { ...day, ...methods({ credentials: { items: manyCredentials(5000) } }) },
    { steps: [{ press: 'Control+k' }, { type: 'ledger-prod' }] },
  ),
  story('palette-nothing', day, { steps: [{ press: 'Control+k' }, { type: 'zzz' }] }),
  story('row-menu', day, { steps: [{ click: { role: 'button', name: 'More actions for ledger · read-only' } }] }),
  story('account-menu', day, { steps: [{ click: { role: 'button', name: 'Account of Ada Lovelace' } }] }),
  story('link', day, { events: [{ event: 'link', credential: id(20, 1) }] }),
  story('link-unknown', day, { events: [{ event: 'link', credential: id(20, 999) }] }),
]
