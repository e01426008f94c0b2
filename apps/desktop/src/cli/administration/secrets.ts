import { endpointDigest } from '@sallyport/protocol'
import { type Command, defineCommand } from '../command.ts'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { referenceArgument } from '../names/reference.ts'
import { message } from '../views/answer.ts'
import { describeEndpoint } from './resources.ts'
import { sealSecret } from './seal-secret.ts'
import { readSecret, secretOptions } from './secret-options.ts'

const credential = referenceArgument('credential')

/** Secrets have no names of their own: they are those of credentials. */
const secretOf = async (context: Context, id: string) => {
  const { secret, resource, userName } = await context.api('getCredential', { parameters: { credential: id } })
  return { secret, userName, resource: await context.api('getResource', { parameters: { resource } }) }
}

export const secretCommands: readonly Command[] = [
  defineCommand({
    words: 'admin secrets replace',
    summary: 'Stores a new password, certificate or key for a credential, sealed on this computer for the vault alone',
    parameters: { credential, ...secretOptions },
    run: async (context, { credential: id, ...given }) => {
      const { secret, userName, resource } = await secretOf(context, id)
      const body = await sealSecret(context, resource, await readSecret(context, { ...given, account: userName }))
      const replaced = await context.api('replaceSecret', { parameters: { secret }, body })
      return message(replaced, `Stored as version ${replaced.version}; new connections use it.`)
    },
  }),
  defineCommand({
    words: 'admin secrets bind',
    summary: 'Lets the secret of a credential be used at the present endpoint of its resource, after that changed',
    details: 'Look at the endpoint that is shown: the password goes there. Asks first; --yes answers.',
    parameters: { credential },
    run: async (context, { credential: id }) => {
      const { secret, resource } = await secretOf(context, id)
      await confirm(context, { subject: '', question: `Send this secret to ${describeEndpoint(resource)}?` })
      const body = { endpointDigest: await endpointDigest(resource.endpoint) }
      const bound = await context.api('bindSecret', { parameters: { secret }, body })
      return message(bound, `Bound to ${describeEndpoint(resource)}.`)
    },
  }),
]
