/** What is granted to the person, as the CLI shows it. */
import { SallyportError } from '@sallyport/protocol'
import type { LocalCredential } from '../../shared/local-api.ts'
import type { Context } from '../context.ts'
import type { Reader } from '../parameters/parameter.ts'

export const grantedCredentials = async (context: Context): Promise<readonly LocalCredential[]> => {
  const { items } = await (await context.agent()).call('credentials', {})
  return items.toSorted((left, right) => left.granted.name.localeCompare(right.granted.name))
}

/** `shop-db/read-only`; the resource alone where one credential of it is granted; an id. */
export const grantedCredential: Reader<LocalCredential> = {
  read: async (typed, context) => {
    const items = await grantedCredentials(context)
    const exact = items.find(({ granted }) => granted.name === typed || granted.credential === typed)
    if (exact) return exact
    const ofResource = items.filter(({ granted }) => granted.resource.name === typed || granted.name.split('/')[0] === typed)
    if (ofResource.length === 1) return ofResource[0]!
    if (ofResource.length > 1)
      throw new SallyportError('invalid_request', {
        message: `You have ${ofResource.length} credentials for “${typed}”. Say which.`,
        details: ofResource.slice(0, 64).map(({ granted }) => granted.name),
      })
    throw new SallyportError('not_granted', { message: `You have no access to “${typed}”. See what you have: sallyport ls` })
  },
  offers: 'granted',
}

/** Why the person may use it. */
export const throughText = ({ granted }: LocalCredential): string =>
  granted.through.map((way) => (way.kind === 'role' ? way.name : 'grant')).join(', ')

/** When access ends, if nothing else gives it; null: it does not end by itself. */
export const accessUntil = ({ granted }: LocalCredential): string | null => {
  let last: string | null = null
  for (const way of granted.through) {
    if (way.kind === 'role') return null
    if (last === null || Date.parse(way.expiresAt) > Date.parse(last)) last = way.expiresAt
  }
  return last
}

/** One object for programs. */
export const credentialData = (credential: LocalCredential) => {
  const { granted, host, port, portOverridden, socketDirectory, listener, connections, lastError } = credential
  return {
    name: granted.name,
    id: granted.credential,
    protocol: granted.resource.protocol,
    resource: { id: granted.resource.id, name: granted.resource.name, description: granted.resource.description },
    tags: granted.resource.tags,
    user: granted.userName,
    databases: granted.databases,
    host,
    port,
    portOverridden,
    socketDirectory,
    state: listener.state,
    portOwner: listener.state === 'port-taken' ? listener.owner : null,
    exclusive: granted.exclusive,
    inUse: granted.inUse,
    connections,
    through: granted.through,
    accessUntil: accessUntil(credential),
    lastError,
  }
}
