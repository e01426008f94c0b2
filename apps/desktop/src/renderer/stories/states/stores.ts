/** Third-party stores. */
import { routes } from '../answers.ts'
import { emptyOrganization } from '../directory/answers.ts'
import { stores } from '../directory/catalogue.ts'
import { idOf } from '../directory/ids.ts'
import { page } from '../directory/kinds.ts'
import type { Story } from '../story.ts'
import { button, failing, having, loading, reader, story } from './administration-story.ts'

const at = '/catalogue/stores'
const addStore = (kind: string): NonNullable<Story['steps']> => [button('Add store'), { choose: { name: 'Kind', option: kind } }]
const LONG = 'a-very-long-name-that-somebody-gave-to-a-store-in-2026'

export const storeStories: readonly Story[] = [
  story('stores/some', at),
  story('stores/reader', at, { answers: reader }),
  story('stores/empty', at, { answers: having({ ...emptyOrganization, ...routes({ listStores: page([]) }) }) }),
  story('stores/loading', at, { answers: loading('listStores') }),
  story('stores/error', at, { answers: failing('listStores') }),
  story('stores/long', at, {
    answers: having(
      routes({
        listStores: page([
          {
            ...stores[1]!,
            name: `${LONG} ${LONG}`.slice(0, 120),
            issuer: `https://${'keys-'.repeat(20)}.example.org/acme`,
          },
        ]),
      }),
    ),
  }),
  story('stores/panel', `${at}/${idOf.store(1)}`),
  story('stores/token', `${at}/${idOf.store(2)}`),
  story('stores/panel-reader', `${at}/${idOf.store(2)}`, { answers: reader }),
  story('stores/add', at, { steps: [button('Add store')] }),
  story('stores/add-wrong', at, { steps: [button('Add store'), { press: 'Enter' }] }),
  story('stores/add-trusted', at, {
    steps: [button('Add store'), { click: { role: 'radio', name: 'a token of the gateway' } }],
  }),
  story('stores/add-aws', at, { steps: addStore('AWS Secrets Manager') }),
  story('stores/add-google', at, { steps: addStore('Google Secret Manager') }),
  story('stores/add-azure', at, { steps: addStore('Azure Key Vault') }),
  story('stores/forget', `${at}/${idOf.store(2)}`, { steps: [button('Forget…')] }),
]
