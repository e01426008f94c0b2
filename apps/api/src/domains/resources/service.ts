import { randomUUID } from 'node:crypto'
import { type Endpoint, endpointDigest, type ResourceOptions, SallyportError } from '@sallyport/protocol'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { endLeasesNoLongerAllowed } from '../leases/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { deleteUnusedSecrets } from '../secrets/index.ts'
import { requireSite } from '../sites/index.ts'
import { checkEndpoint, endpointForAudit } from './endpoint.ts'
import {
  countResources,
  deleteResourceRow,
  findResource,
  insertResource,
  lockResource,
  type Resource,
  updateResource,
} from './store.ts'

const MAX_RESOURCES = 10_000
const taken = { unique: 'conflict', message: 'There is a resource of this name.' } as const
const missing = () => new SallyportError('not_found', { message: 'There is no such resource.' })

export interface ResourceInput {
  readonly site: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly endpoint: Endpoint
  readonly options: ResourceOptions
}

/** What is absent stays. */
export type ResourceChange = { readonly [Key in keyof ResourceInput]?: ResourceInput[Key] | undefined }

const described = (resource: Resource) => ({
  site: resource.site,
  name: resource.name,
  description: resource.description,
  tags: [...resource.tags],
  endpoint: endpointForAudit(resource.endpoint, resource.endpointDigest),
  options: { ...resource.options },
})

/** Throws `not_found`. */
export const requireResource = async (transaction: Transaction, id: string): Promise<Resource> => {
  const resource = await findResource(transaction, id)
  if (!resource) throw missing()
  return resource
}

/** Throws `conflict` for a name that is taken, `not_found` for an unknown site, `limit_reached`, and what `checkEndpoint` throws. */
export const createResource = async (transaction: Transaction, input: ResourceInput, author: Author): Promise<Resource> => {
  await requireRoom(transaction, { of: 'resources', limit: MAX_RESOURCES }, () => countResources(transaction))
  await requireSite(transaction, input.site)
  checkEndpoint(input.endpoint)
  const resource: Resource = { id: randomUUID(), ...input, endpointDigest: await endpointDigest(input.endpoint) }
  await refusing({ ...taken, foreign: 'not_found' }, insertResource(transaction, resource, author.now))
  await recordAudit(transaction, {
    type: 'resource.created',
    actor: author.actor,
    subject: { kind: 'resource', id: resource.id },
    details: { before: null, after: described(resource) },
  })
  return resource
}

const changed = async (before: Resource, change: ResourceChange): Promise<Resource> => {
  const next = {
    ...before,
    site: change.site ?? before.site,
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    tags: change.tags ?? before.tags,
    endpoint: change.endpoint ?? before.endpoint,
    options: change.options ?? before.options,
  }
  return { ...next, endpointDigest: await endpointDigest(next.endpoint) }
}

/**
 * Another endpoint unbinds every secret of the resource: its digest is no longer what they are bound to. Leases that so lost
 * their secret, or their site, end. Throws as {@link createResource} does, and `not_found` for an unknown resource.
 */
export const changeResource = async (
  transaction: Transaction,
  { id, ...change }: ResourceChange & { readonly id: string },
  author: Author,
): Promise<Resource> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const before = await lockResource(transaction, id)
  if (!before) throw missing()
  if (change.site !== undefined) await requireSite(transaction, change.site)
  if (change.endpoint !== undefined) checkEndpoint(change.endpoint)
  const after = await changed(before, change)
  await refusing({ ...taken, foreign: 'not_found' }, updateResource(transaction, after))
  const ended = await endLeasesNoLongerAllowed(transaction, { ...author, scope: { resource: id } })
  await recordAudit(transaction, {
    type: 'resource.changed',
    actor: author.actor,
    subject: { kind: 'resource', id },
    details: { before: described(before), after: described(after), endedLeases: ended.length },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials' })
  return after
}

/** Throws `not_found`, `in_use` while it has credentials. Its secrets go with it. */
export const deleteResource = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  const before = await lockResource(transaction, id)
  if (!before) throw missing()
  const secrets = await deleteUnusedSecrets(transaction, id)
  await refusing({ foreign: 'in_use', message: 'The resource still has credentials.' }, deleteResourceRow(transaction, id))
  await recordAudit(transaction, {
    type: 'resource.deleted',
    actor: author.actor,
    subject: { kind: 'resource', id },
    details: { before: described(before), after: null, secrets: secrets.slice(0, 1000) },
  })
}
