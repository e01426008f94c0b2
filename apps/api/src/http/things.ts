/** What the ids of a call stand for, by the name of their field: for people, who confirm names, and for the log. */
import type { Transaction } from '../db/schema.ts'
import { findRequest, findRule } from '../domains/access-requests/index.ts'
import { findCredential } from '../domains/credentials/index.ts'
import { findDevice } from '../domains/devices/index.ts'
import { findGateway } from '../domains/gateways/index.ts'
import { findResource } from '../domains/resources/index.ts'
import { findRole } from '../domains/roles/index.ts'
import { findSecret } from '../domains/secrets/index.ts'
import { findSink } from '../domains/sinks/index.ts'
import { findSite } from '../domains/sites/index.ts'
import { findStore } from '../domains/stores/index.ts'
import { findUser } from '../domains/users/index.ts'

interface Kind {
  readonly label: string
  /** If it is more than an `s` longer. */
  readonly plural?: string
  /** null for what is not there, or is another organization's. */
  readonly nameOf: (transaction: Transaction, id: string) => Promise<string | null>
}

const userName: Kind['nameOf'] = async (transaction, id) => (await findUser(transaction, id))?.email ?? null

const resourceName: Kind['nameOf'] = async (transaction, id) => (await findResource(transaction, id))?.name ?? null

const credentialName: Kind['nameOf'] = async (transaction, id) => {
  const credential = await findCredential(transaction, id)
  return credential === null ? null : `${(await resourceName(transaction, credential.resource)) ?? ''}/${credential.name}`
}

const secretName: Kind['nameOf'] = async (transaction, id) => {
  const secret = await findSecret(transaction, id)
  return secret === null ? null : `of ${(await resourceName(transaction, secret.resource)) ?? 'no resource'}`
}

const requestName: Kind['nameOf'] = async (transaction, id) => {
  const request = await findRequest(transaction, id)
  if (request === null) return null
  return `${(await userName(transaction, request.user)) ?? 'somebody'} for ${request.credentialName}`
}

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['user', { label: 'Person', plural: 'People', nameOf: userName }],
  ['role', { label: 'Role', nameOf: async (transaction, id) => (await findRole(transaction, id))?.name ?? null }],
  ['site', { label: 'Site', nameOf: async (transaction, id) => (await findSite(transaction, id))?.name ?? null }],
  ['resource', { label: 'Resource', nameOf: resourceName }],
  ['credential', { label: 'Credential', nameOf: credentialName }],
  ['secret', { label: 'Secret', nameOf: secretName }],
  ['store', { label: 'Store', nameOf: async (transaction, id) => (await findStore(transaction, id))?.name ?? null }],
  ['sink', { label: 'Sink', nameOf: async (transaction, id) => (await findSink(transaction, id))?.name ?? null }],
  ['gateway', { label: 'Gateway', nameOf: async (transaction, id) => (await findGateway(transaction, id))?.name ?? null }],
  ['device', { label: 'Computer', nameOf: async (transaction, id) => (await findDevice(transaction, id))?.facts.name ?? null }],
  ['supportAccess', { label: 'Support access of', nameOf: userName }],
  ['accessRequest', { label: 'Request of', nameOf: requestName }],
  ['accessRule', { label: 'Rule', nameOf: async (transaction, id) => (await findRule(transaction, id))?.terms.name ?? null }],
])

export interface NamedIds {
  /** The field: `role`, or `roles`. */
  readonly field: string
  readonly label: string
  /** In the order of the call; `name` is null for what the organization has not. */
  readonly items: readonly { readonly id: string; readonly name: string | null }[]
}

/** Most ids of one field that are looked up. */
const MOST = 64

/** null for a field that names nothing by its id. */
export const nameIds = async (transaction: Transaction, field: string, value: unknown): Promise<NamedIds | null> => {
  const many = Array.isArray(value)
  const kind = kinds.get(many ? field.replace(/s$/, '') : field)
  const ids: unknown[] = many ? value.slice(0, MOST) : [value]
  if (kind === undefined || !ids.every((id) => typeof id === 'string')) return null
  const items: { readonly id: string; readonly name: string | null }[] = []
  for (const id of ids) items.push({ id, name: await kind.nameOf(transaction, id) })
  return { field, label: many ? (kind.plural ?? `${kind.label}s`) : kind.label, items }
}
