import { SallyportError } from '@sallyport/protocol/errors'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { usualPreferences } from '../../../shared/preferences.ts'
import { type Answers, methods, routes, waits } from '../answers.ts'
import { longCredentials, manyCredentials, someCredentials } from '../credentials.ts'
import { gateways as someGateways } from '../directory/gateways.ts'
import { page } from '../directory/kinds.ts'
import { asAdministrator, asUser, id, signedIn } from '../people.ts'
import type { Story } from '../story.ts'

const tools: Answers = methods({
  openInTools: {
    items: [
      { id: 'psql', label: 'psql', kind: 'terminal', outcome: 'connects', firstUse: null, lastUsed: true },
      {
        id: 'dbeaver',
        label: 'DBeaver',
        kind: 'application',
        outcome: 'connects',
        firstUse: 'DBeaver may ask once to download the driver for PostgreSQL.',
        lastUsed: false,
      },
      { id: 'datagrip', label: 'DataGrip', kind: 'application', outcome: 'ready', firstUse: null, lastUsed: false },
      { id: 'pgadmin', label: 'pgAdmin 4', kind: 'application', outcome: 'prepared', firstUse: null, lastUsed: false },
    ],
  },
})

const granted = (items: readonly LocalCredential[]): Answers => ({
  ...asUser(),
  ...tools,
  ...methods({ credentials: { items: [...items] } }),
})

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `resources/${state}`,
  at: '/resources',
  answers,
  ...more,
})

const [near] = signedIn.gateways
/** One is used, one stands by, the others wait; one has a long name. */
const manyGateways = Array.from({ length: 6 }, (_, at) => ({
  ...near!,
  id: id(4, at + 1),
  name: at === 3 ? 'a-gateway-of-another-provider-with-quite-a-long-name' : `eu-${at + 1}`,
  connected: at < 2,
  roundTripMs: at < 2 ? 18.4 + 7 * at : null,
}))
const pathOf = (gateways: typeof signedIn.gateways): Answers => ({
  ...asAdministrator,
  ...tools,
  ...methods({ credentials: { items: [...someCredentials] }, status: { ...signedIn, gateways } }),
  ...routes({ listGateways: page(manyGateways.slice(0, 4).map((gateway) => ({ ...someGateways[0]!, id: gateway.id }))) }),
})

export const resourcesStories: readonly Story[] = [
  story('some', granted(someCredentials)),
  story('panel', granted(someCredentials), { at: `/resources/${id(20, 1)}` }),
  story('panel-failed', granted(someCredentials), { at: `/resources/${id(20, 3)}` }),
  story('panel-port-taken', granted(someCredentials), { at: `/resources/${id(20, 5)}` }),
  story(
    'panel-no-gateway',
    {
      ...granted(someCredentials),
      ...methods({ status: { ...signedIn, gateways: signedIn.gateways.map((gateway) => ({ ...gateway, connected: false })) } }),
    },
    { at: `/resources/${id(20, 1)}` },
  ),
  story('panel-gateways', pathOf(manyGateways), { at: `/resources/${id(20, 1)}` }),
  story('panel-no-gateway-at-all', pathOf([]), { at: `/resources/${id(20, 1)}` }),
  story('favourites', {
    ...granted(someCredentials),
    ...methods({ preferences: { ...usualPreferences, favourites: [id(20, 1), id(20, 6)], recent: [id(20, 6)] } }),
  }),
  story('no-favourites', granted(someCredentials), { steps: [{ click: { role: 'radio', name: 'Favourites' } }] }),
  story('filtered-to-nothing', granted(someCredentials), { steps: [{ press: 'Control+f' }, { type: 'tag:moon' }] }),
  story('tools', granted(someCredentials), {
    at: `/resources/${id(20, 1)}`,
    steps: [{ click: { role: 'button', name: 'Other tools' } }],
  }),
  ...(['started', 'connected', 'did-not-connect'] as const).map((state) =>
    story(`open-in-${state}`, granted(someCredentials), {
      at: `/resources/${id(20, 1)}`,
      events: [
        {
          event: 'openIn',
          progress: {
            launch: id(50),
            credential: 'shop/read-only',
            tool: 'dbeaver',
            state,
            message:
              state === 'did-not-connect'
                ? 'It may be asking to download its driver, or it is a version that ignores our link (25.2.5 does).'
                : null,
          },
        },
      ],
    }),
  ),
  story('empty', granted([])),
  story('loading', { ...asUser(), ...methods({ credentials: waits }) }),
  story('error', { ...asUser(), ...methods({ credentials: new SallyportError('session_expired') }) }),
  story('long', granted(longCredentials), { at: `/resources/${id(20, 11)}` }),
  story('huge', granted(manyCredentials(5000))),
]
