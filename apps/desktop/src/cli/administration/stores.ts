import { endpointDigest } from '@sallyport/protocol'
import type { Store } from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import { referenceArgument } from '../names/reference.ts'
import { argument, option } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { message } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { storeKindNames, storeLocationOf, storeLocationText, storeOptions } from './store-options.ts'
import { requiredStoredPlace } from './stored-place-options.ts'

const store = referenceArgument('store')

/** What the store believes when a gateway asks it. */
const trustText = ({ gatewayTrusted }: Store): string => (gatewayTrusted ? 'gateway-trusted' : 'a token for each lease')

const storeFields = (answer: Store): Answer =>
  fields(answer, [
    ['Name', answer.name],
    ['Kind', storeKindNames[answer.location.kind]],
    ['Where', storeLocationText(answer.location)],
    ['Trusts', trustText(answer)],
    ['Issuer of tokens', answer.issuer],
    ['Id', answer.id],
  ])

export const storeCommands: readonly Command[] = [
  listCommand({
    words: 'admin stores list',
    route: 'listStores',
    columns: () => [
      { heading: 'NAME', value: (row) => row.name },
      { heading: 'KIND', value: (row) => storeKindNames[row.location.kind] },
      { heading: 'BELIEVES', value: trustText, color: (row) => (row.gatewayTrusted ? 'yellow' : null) },
      { heading: 'WHERE', value: (row) => storeLocationText(row.location), flexible: true },
    ],
    empty: 'There are no third-party stores. Add one with: sallyport admin stores add <name> --kind <kind>',
  }),
  routeCommand({
    words: 'admin stores show',
    route: 'getStore',
    parameters: { store },
    input: (values) => ({ parameters: values }),
    answer: storeFields,
  }),
  routeCommand({
    words: 'admin stores add',
    route: 'createStore',
    summary: 'Makes a third-party store known, in which secrets of credentials lie',
    details:
      'The store must trust the issuer that is shown, for tokens of this organization: docs/operations.md has what each kind needs. ' +
      'Where a store is does not change later: add another one instead.',
    parameters: {
      name: argument('name', 'its name', text),
      ...storeOptions,
      issuer: option('issuer <url>', 'who publishes the keys of tokens, where stores cannot read them of the API itself', text),
    },
    examples: [
      'sallyport admin stores add vault --kind vault --address https://vault.example.org:8200 --jwt-role sallyport',
      'sallyport admin stores add aws --kind aws --region eu-central-1 --role-arn arn:aws:iam::111122223333:role/sallyport',
    ],
    input: ({ name, issuer, ...rest }) => ({ body: { name, location: storeLocationOf(rest), ...given({ issuer }) } }),
    answer: storeFields,
  }),
  routeCommand({
    words: 'admin stores rename',
    route: 'changeStore',
    parameters: { store, name: argument('name', 'its new name', text) },
    input: ({ store: id, name }) => ({ parameters: { store: id }, body: { name } }),
    answer: storeFields,
  }),
  routeCommand({
    words: 'admin stores delete',
    route: 'deleteStore',
    parameters: { store },
    confirm: () => 'Forget this store?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The store is forgotten. What lies in it stays there.'),
  }),
  defineCommand({
    words: 'admin secrets move',
    summary: 'Lets the secret of a credential be what lies in a third-party store from now on',
    details: 'The way back is admin secrets replace.',
    parameters: { credential: referenceArgument('credential'), ...requiredStoredPlace },
    run: async (context, { credential, store: id, path, field }) => {
      const { secret, resource } = await context.api('getCredential', { parameters: { credential } })
      const { endpoint } = await context.api('getResource', { parameters: { resource } })
      const body = { resource, endpointDigest: await endpointDigest(endpoint), store: id, path, field: field ?? null }
      const moved = await context.api('replaceByStoredSecret', { parameters: { secret }, body })
      return message(moved, `Version ${moved.version} lies in the store; new connections fetch it there.`)
    },
  }),
]
