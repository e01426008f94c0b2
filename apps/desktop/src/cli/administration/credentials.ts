import { endpointDigest, SallyportError } from '@sallyport/protocol'
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { referenceArgument } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, flag, option, repeatedOption, requiredOption, type Reader } from '../parameters/parameter.ts'
import { onOrOff, portNumber, shortName, text } from '../parameters/readers.ts'
import { previewedCommand } from '../previewed-command.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { localTime } from '../views/time.ts'
import { sealSecret } from './seal-secret.ts'
import { readSecret, secretOptions } from './secret-options.ts'
import { storedPlaceOf, storedPlaceOptions } from './stored-place-options.ts'

type Credential = ResponseOf<RouteOf<'getCredential'>>

const credential = referenceArgument('credential')
const databases = repeatedOption('database <name>', 'a database that it may use; any if none is given', text)
const kindNames: Readonly<Record<NonNullable<Credential['kind']>, string>> = {
  'password': 'password',
  'certificate': 'certificate',
  'aws-iam': 'IAM key',
  'temporary-user': 'temporary users',
}

const secretText = (answer: Credential): string =>
  [
    `version ${answer.secretVersion}`,
    ...(answer.kind === null ? [] : [kindNames[answer.kind]]),
    ...(answer.secretEndsAt === null ? [] : [`ends ${localTime(answer.secretEndsAt)}`]),
    ...(answer.bound ? [] : ['unbound: the endpoint changed']),
  ].join(', ')

const loopbackPort = option('port <port>', 'its port on everybody’s computer; chosen if not given', portNumber)

/** `shop-db/read-only`: a resource that is there, and a name that is new on it. */
const newCredentialName: Reader<{ readonly resource: string; readonly name: string }> = {
  read: async (typed, context) => {
    const [resource, name, ...rest] = typed.split('/')
    if (!resource || !name || rest.length > 0) throw invalid(`“${typed}” is not <resource>/<name>, such as shop-db/read-only.`)
    return { resource: await context.directory.idOf('resource', resource), name: await shortName.read(name, context) }
  },
}

/** Before the secret is asked for and stored. */
const refuseTaken = async (context: Context, target: { resource: string; name: string }, resource: string): Promise<void> => {
  const present = await context.directory.items('listCredentials')
  if (present.some((other) => other.resource === target.resource && other.name === target.name))
    throw new SallyportError('conflict', { message: `There is a credential ${resource}/${target.name} already.` })
}

/** Null: in the vault. */
const storedText = async ({ stored }: Credential, context: Context): Promise<string | null> => {
  if (stored === null) return null
  const { name, gatewayTrusted } = await context.api('getStore', { parameters: { store: stored.store } })
  const field = stored.field === null ? '' : `, field ${stored.field}`
  return `in ${name}${gatewayTrusted ? ' (gateway-trusted)' : ''} at ${stored.path}${field}`
}

const credentialFields = async (answer: Credential, _: unknown, context: Context): Promise<Answer> => {
  const { directory, options } = context
  const nameOf = options.json ? (_kind: string, id: string) => id : await directory.namer('resource')
  return fields(answer, [
    ['Name', `${nameOf('resource', answer.resource)}/${answer.name}`],
    ['User name', answer.userName],
    ['Databases', answer.databases.join(', ') || 'any'],
    ['Port', answer.port],
    ['Used by', answer.exclusive ? 'one person at a time' : 'everybody who may'],
    ['Secret', secretText(answer)],
    ['Lies', (await storedText(answer, context)) ?? 'in the vault'],
    ['Id', answer.id],
  ])
}

type Resource = ResponseOf<RouteOf<'getResource'>>

const storeTyped = async (context: Context, resource: Resource, typed: Parameters<typeof readSecret>[1]) =>
  context.api('createSecret', { body: await sealSecret(context, resource, await readSecret(context, typed)) })

const storeElsewhere = async (
  context: Context,
  { id, endpoint }: Resource,
  place: NonNullable<ReturnType<typeof storedPlaceOf>>,
) => context.api('createStoredSecret', { body: { resource: id, endpointDigest: await endpointDigest(endpoint), ...place } })

export const credentialCommands: readonly Command[] = [
  listCommand({
    words: 'admin credentials list',
    route: 'listCredentials',
    names: ['resource'],
    columns: (nameOf) => [
      { heading: 'NAME', value: (row) => `${nameOf('resource', row.resource)}/${row.name}` },
      { heading: 'USER NAME', value: (row) => row.userName },
      { heading: 'PORT', value: (row) => row.port, align: 'right' },
      {
        heading: 'SECRET',
        value: (row) => (row.bound ? `v${row.secretVersion}` : 'unbound'),
        color: (row) => (row.bound ? null : 'red'),
      },
      { heading: 'KIND', value: (row) => (row.stored !== null ? 'in a store' : row.kind === null ? null : kindNames[row.kind]) },
      { heading: 'ENDS', value: (row) => localTime(row.secretEndsAt) },
      { heading: 'DATABASES', value: (row) => row.databases.join(', ') || 'any', flexible: true },
    ],
    empty: 'There are no credentials. Add one with: sallyport admin credentials add <resource>/<name> --user-name <name>',
  }),
  routeCommand({
    words: 'admin credentials show',
    route: 'getCredential',
    parameters: { credential },
    input: (values) => ({ parameters: values }),
    answer: credentialFields,
  }),
  defineCommand({
    words: 'admin credentials add',
    summary: 'Makes a credential and stores its secret, sealed on this computer for the vault alone',
    details:
      'Asks for the password without showing it, or reads it (--password-file), or a client certificate with its key, or an IAM key pair. ' +
      'With --store the secret lies in a third-party store, and only its place is kept here. With --administrator everybody gets a user of their own for the time of a lease: made with that account and its password, a member of --user-name, and dropped afterwards.',
    parameters: {
      target: argument('resource/name', 'resource, and the short name of the new credential', newCredentialName),
      userName: requiredOption('user-name <name>', 'who it is on the resource; the role of temporary users', text),
      databases,
      port: loopbackPort,
      exclusive: flag('exclusive', 'one person uses it at a time'),
      ...secretOptions,
      ...storedPlaceOptions,
    },
    examples: [
      'sallyport admin credentials add shop-db/read-only --user-name shop_ro --database shop',
      'sallyport admin credentials add shop-db/batch --user-name batch --certificate-file batch.pem --key-file batch.key',
      'sallyport admin credentials add shop-db/report --user-name report --store vault --store-path apps/report --store-field password',
      'sallyport admin credentials add shop-db/migrate --user-name shop_owner --administrator sallyport --exclusive',
    ],
    run: async (context, { target, userName, databases: allowed, port, exclusive, store, storePath, storeField, ...secret }) => {
      const resource = await context.api('getResource', { parameters: { resource: target.resource } })
      await refuseTaken(context, target, resource.name)
      const place = storedPlaceOf({ store, storePath, storeField })
      const { id } =
        place === null
          ? await storeTyped(context, resource, { ...secret, account: userName })
          : await storeElsewhere(context, resource, place)
      const created = await context.api('createCredential', {
        body: { ...target, userName, secret: id, databases: [...allowed], exclusive, ...given({ port }) },
      })
      context.note(`Let a role use it: sallyport admin roles add-credential <role> ${resource.name}/${created.name}`)
      return credentialFields(created, null, context)
    },
  }),
  routeCommand({
    words: 'admin credentials change',
    route: 'changeCredential',
    details: 'The databases given replace those it has; without any they stay. Its secret: admin secrets replace.',
    parameters: {
      credential,
      name: option('name <name>', 'its new short name', shortName),
      userName: option('user-name <name>', 'who it is on the resource', text),
      databases,
      port: loopbackPort,
      exclusive: option('exclusive <on|off>', 'whether one person uses it at a time; who came later is cut off', onOrOff),
    },
    input: ({ credential: id, databases: allowed, ...rest }) => ({
      parameters: { credential: id },
      body: { ...given(rest), ...(allowed.length > 0 ? { databases: [...allowed] } : {}) },
    }),
    answer: credentialFields,
  }),
  previewedCommand({
    words: 'admin credentials delete',
    route: 'deleteCredential',
    parameters: { credential },
    confirm: () => 'Delete this credential and its secret, and end its connections?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The credential is deleted.'),
  }),
]
