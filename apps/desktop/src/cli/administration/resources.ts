import type { InputOf, ResponseOf, RouteOf } from '@sallyport/protocol/api'
import type { Context } from '../context.ts'
import { reference, referenceArgument } from '../names/reference.ts'
import { argument, flag, option, repeatedOption } from '../parameters/parameter.ts'
import { onOrOff, shortName, text } from '../parameters/readers.ts'
import { previewedCommand } from '../previewed-command.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { endpointChangeOptions, endpointOf, endpointOptions, endpointText, trustOf, trustText } from './endpoint-options.ts'
import { siteOf, siteOption } from './site-option.ts'

type Resource = ResponseOf<RouteOf<'getResource'>>

const resource = referenceArgument('resource')
const description = option('description <text>', 'what it is', text)
const tags = repeatedOption('tag <tag>', 'a word to find it by', shortName)

const resourceFields = async (answer: Resource, _: unknown, { directory, options }: Context): Promise<Answer> => {
  const nameOf = options.json ? (_kind: string, id: string) => id : await directory.namer('site')
  const { endpoint } = answer
  return fields(answer, [
    ['Name', answer.name],
    ['Description', answer.description || null],
    ['Site', nameOf('site', answer.site)],
    ['Protocol', endpoint.protocol],
    ['Address', `${endpoint.host}:${endpoint.port}`],
    ['TLS', trustText(endpoint.tls)],
    ['Plaintext', endpoint.plaintextAllowed ? 'allowed' : 'never'],
    ['Weakest sign-in', endpoint.weakestAuthentication],
    ['Labels connections', answer.options.labelConnections ? 'yes' : 'no'],
    ['Strict recording', answer.options.strictRecording ? 'yes' : 'no'],
    ['Tags', answer.tags.join(', ') || null],
    ['Id', answer.id],
  ])
}

export const resourceCommands = [
  listCommand({
    words: 'admin resources list',
    route: 'listResources',
    names: ['site'],
    columns: (nameOf) => [
      { heading: 'NAME', value: (row) => row.name },
      { heading: 'PROTOCOL', value: (row) => row.endpoint.protocol },
      { heading: 'ADDRESS', value: (row) => `${row.endpoint.host}:${row.endpoint.port}` },
      { heading: 'SITE', value: (row) => nameOf('site', row.site) },
      { heading: 'TAGS', value: (row) => row.tags.join(', ') || null },
      { heading: 'DESCRIPTION', value: (row) => row.description || null, flexible: true },
    ],
    empty: 'There are no resources. Add one with: sallyport admin resources add <name> --host <host>',
  }),
  routeCommand({
    words: 'admin resources show',
    route: 'getResource',
    parameters: { resource },
    input: (values) => ({ parameters: values }),
    answer: resourceFields,
  }),
  routeCommand({
    words: 'admin resources add',
    route: 'createResource',
    parameters: {
      name: argument('name', 'short name: shop-db', shortName),
      ...endpointOptions,
      site: siteOption,
      description,
      tags,
      unlabelled: flag('unlabelled', 'does not add a short id to the application names of connections'),
      strictRecording: flag('strict-recording', 'activity is on disk before an answer is completed'),
    },
    examples: [
      'sallyport admin resources add shop-db --host db.internal --tls-ca ca.pem',
      'sallyport admin credentials add shop-db/read-only --user-name shop_ro --database shop',
    ],
    input: async (values, context) => ({
      body: {
        site: await siteOf(values.site, context),
        name: values.name,
        description: values.description ?? '',
        tags: [...values.tags],
        endpoint: endpointOf(values),
        options: { labelConnections: !values.unlabelled, strictRecording: values.strictRecording },
      },
    }),
    answer: resourceFields,
  }),
  previewedCommand({
    words: 'admin resources change',
    route: 'changeResource',
    mayTakeAway: true,
    details: 'A change of address or TLS unbinds the secrets of the resource until they are bound again: admin secrets bind.',
    parameters: {
      resource,
      name: option('name <name>', 'its new short name', shortName),
      site: option('site <site>', 'where it is', reference('site')),
      description,
      tags,
      ...endpointChangeOptions,
      labelConnections: option('labels <on|off>', 'adds a short id to the application names of connections', onOrOff),
      strictRecording: option('strict-recording <on|off>', 'activity is on disk before an answer is completed', onOrOff),
    },
    input: async (values, context) => {
      const parameters = { resource: values.resource }
      const { endpoint, options } = await context.api('getResource', { parameters })
      const { host, port, plaintextAllowed, weakestAuthentication, labelConnections, strictRecording } = values
      const endpointChanges = given({ host, port, plaintextAllowed, weakestAuthentication, tls: trustOf(values, endpoint.tls) })
      const optionChanges = given({ labelConnections, strictRecording })
      const body: InputOf<RouteOf<'changeResource'>>['body'] = {
        ...given({ name: values.name, site: values.site, description: values.description }),
        ...(values.tags.length > 0 ? { tags: [...values.tags] } : {}),
        ...(Object.keys(endpointChanges).length > 0 ? { endpoint: { ...endpoint, ...endpointChanges } } : {}),
        ...(Object.keys(optionChanges).length > 0 ? { options: { ...options, ...optionChanges } } : {}),
      }
      return { parameters, body }
    },
    answer: async (changed, values, context) => {
      const credentials = await context.directory.items('listCredentials')
      const unbound = credentials.filter((credential) => credential.resource === changed.id && !credential.bound)
      for (const { name } of unbound)
        context.note(`${changed.name}/${name} is unbound: sallyport admin secrets bind ${changed.name}/${name}`)
      return resourceFields(changed, values, context)
    },
  }),
  previewedCommand({
    words: 'admin resources delete',
    route: 'deleteResource',
    parameters: { resource },
    confirm: () => 'Delete this resource?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The resource is deleted.'),
  }),
]

export const describeEndpoint = (answer: Resource): string => `${answer.name} at ${endpointText(answer.endpoint)}`
