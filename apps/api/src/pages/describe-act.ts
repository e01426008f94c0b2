/** What a call does, in words: what a person confirms is what the API was told, not what some program says about it. */
import type { Transaction } from '../db/schema.ts'
import type { Act } from '../domains/browser-flows/index.ts'
import { findCredential } from '../domains/credentials/index.ts'
import { findDevice } from '../domains/devices/index.ts'
import { findGateway } from '../domains/gateways/index.ts'
import { findResource } from '../domains/resources/index.ts'
import { findRole } from '../domains/roles/index.ts'
import { findUser } from '../domains/users/index.ts'
import { routeOfAct } from '../http/route-of-act.ts'

export interface ActDescription {
  readonly summary: string
  readonly facts: readonly { readonly label: string; readonly text: string }[]
  /** Whether the confirmation is for this call alone. */
  readonly single: boolean
}

const LONGEST_TEXT = 200
const MOST_FACTS = 12

type Namer = (transaction: Transaction, id: string) => Promise<string | null>

const credentialName: Namer = async (transaction, id) => {
  const credential = await findCredential(transaction, id)
  const resource = credential === null ? null : await findResource(transaction, credential.resource)
  return credential === null ? null : `${resource?.name ?? ''}/${credential.name}`
}

/** How the ids of a call are called, by the name of their field. */
const namers: Readonly<Record<string, readonly [label: string, name: Namer]>> = {
  user: ['Person', async (transaction, id) => (await findUser(transaction, id))?.email ?? null],
  role: ['Role', async (transaction, id) => (await findRole(transaction, id))?.name ?? null],
  credential: ['Credential', credentialName],
  resource: ['Resource', async (transaction, id) => (await findResource(transaction, id))?.name ?? null],
  device: ['Computer', async (transaction, id) => (await findDevice(transaction, id))?.facts.name ?? null],
  gateway: ['Gateway', async (transaction, id) => (await findGateway(transaction, id))?.name ?? null],
}

/** Other fields that may be shown. What is not here is not: it may be a secret. */
const labels: Readonly<Record<string, string>> = {
  name: 'Name',
  email: 'E-mail address',
  firstName: 'First name',
  lastName: 'Last name',
  reason: 'Reason',
  comment: 'Comment',
  description: 'Description',
  expiresAt: 'Until',
  startsAt: 'From',
  duration: 'Seconds',
  permissions: 'Permissions',
  approvals: 'Approvals',
  status: 'Status',
  userName: 'Account',
  accessRequest: 'Request',
  accessRule: 'Rule',
}

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  return null
}

/** The endpoint is what a changed resource is about. */
const endpointText = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null) return null
  const { protocol, host, port } = value as Readonly<Record<string, unknown>>
  return `${String(protocol)}://${String(host)}:${String(port)}`
}

const factOf = async (transaction: Transaction, name: string, value: unknown) => {
  if (name === 'endpoint') return { label: 'Endpoint', text: endpointText(value) }
  const namer = namers[name]
  if (namer !== undefined && typeof value === 'string') {
    return { label: namer[0], text: (await namer[1](transaction, value)) ?? `unknown (${value})` }
  }
  return { label: labels[name] ?? name, text: Object.hasOwn(labels, name) ? textOf(value) : null }
}

/** null for what is no call that could be confirmed. */
export const describeAct = async (transaction: Transaction, act: Act): Promise<ActDescription | null> => {
  const recognized = routeOfAct(act)
  if (recognized === null) return null
  const { parameters, body } = recognized.input
  const given = { ...(parameters as object | undefined), ...(body as object | undefined) }
  const facts: { label: string; text: string }[] = []
  for (const [name, value] of Object.entries(given)) {
    const { label, text } = await factOf(transaction, name, value)
    if (text !== null && text !== '' && facts.length < MOST_FACTS) facts.push({ label, text: text.slice(0, LONGEST_TEXT) })
  }
  return { summary: recognized.route.summary, facts, single: recognized.route.presence === 'act' }
}
