/** Programs that call the API. */
import type { ServiceAccount } from '@sallyport/protocol/api'
import { type Answers, routes } from '../answers.ts'
import { idOf } from '../directory/ids.ts'
import { page } from '../directory/kinds.ts'
import type { Story } from '../story.ts'
import { button, failing, having, loading, story } from './administration-story.ts'

const at = '/users/service-accounts'

const account = (number: number, part: Partial<ServiceAccount>): ServiceAccount => ({
  id: idOf.site(60 + number),
  name: 'siem',
  keyId: 'mQ3kPp0sV1yXz7bNfTg2hJ4kL6mN8pQ0rS2tU4vW6xY',
  purposes: ['audit'],
  roles: [idOf.role(2)],
  status: 'active',
  createdAt: '2026-10-02T09:00:00.000Z',
  expiresAt: '2027-01-02T09:00:00.000Z',
  lastTokenAt: '2026-11-22T14:03:10.000Z',
  ...part,
})

const accounts = [
  account(1, {}),
  account(2, { name: 'terraform', purposes: ['audit', 'api'], roles: [idOf.role(1), idOf.role(2), idOf.role(3)] }),
  account(3, { name: 'old-importer', status: 'ended', lastTokenAt: null, expiresAt: '2026-09-01T09:00:00.000Z' }),
  account(4, { name: 'ci', status: 'revoked', lastTokenAt: '2026-06-01T09:00:00.000Z' }),
]

const being = (items: readonly ServiceAccount[]): Answers => having(routes({ listServiceAccounts: page(items) }))
const usual = being(accounts)

export const serviceAccountStories: readonly Story[] = [
  story('service-accounts/some', at, { answers: usual }),
  story('service-accounts/empty', at, { answers: being([]) }),
  story('service-accounts/loading', at, { answers: loading('listServiceAccounts') }),
  story('service-accounts/error', at, { answers: failing('listServiceAccounts') }),
  story('service-accounts/long', at, {
    answers: being([account(1, { name: 'a-very-long-name-of-a-program '.repeat(4).trim(), purposes: ['audit', 'api'] })]),
  }),
  story('service-accounts/panel', `${at}/${idOf.site(62)}`, { answers: usual }),
  story('service-accounts/add', at, { answers: usual, steps: [button('Add service account')] }),
  story('service-accounts/add-private', at, {
    answers: usual,
    steps: [
      button('Add service account'),
      { type: 'siem' },
      { fill: { name: 'Its public key (PEM)', text: '-----BEGIN PRIVATE KEY-----' } },
      button('Add service account'),
    ],
  }),
  story('service-accounts/end', `${at}/${idOf.site(62)}`, { answers: usual, steps: [button('End…')] }),
]
