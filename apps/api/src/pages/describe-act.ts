/** What a call does, in words: what a person confirms is what the API was told, not what some program says about it. */
import type { Transaction } from '../db/schema.ts'
import type { Act } from '../domains/browser-flows/index.ts'
import { isGatewayTrusted, storeLocation } from '@sallyport/protocol'
import { logWitnesses } from '@sallyport/protocol/api'
import { findRequest } from '../domains/access-requests/index.ts'
import { placeOfStore } from '../domains/stores/index.ts'
import { routeOfAct } from '../http/route-of-act.ts'
import { nameIds } from '../http/things.ts'

interface Fact {
  readonly label: string
  readonly text: string
}

export interface ActDescription {
  readonly summary: string
  readonly facts: readonly Fact[]
  /** Whether the confirmation is for this call alone. */
  readonly single: boolean
}

const LONGEST_TEXT = 200
const MOST_FACTS = 20

/** Fields that may be shown as they are. What is not here is not: it may be a secret. */
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
  permissions: 'Permissions',
  approvals: 'Approvals',
  status: 'Status',
  userName: 'Account',
  note: 'Note',
  path: 'Path',
  field: 'Field',
  issuer: 'Issuer of tokens',
  everything: 'Everything',
  url: 'Address',
  host: 'Host',
  bucket: 'Bucket',
  endpoint: 'Store',
  streams: 'What is sent',
  what: 'What',
  enabled: 'Sends',
  quorum: 'Must cosign',
}

/** Fields that hold others, which are shown with this before them. */
const groups: Readonly<Record<string, string>> = {
  selects: 'For',
  requesters: 'May ask',
  approvers: 'Approve',
  escalation: 'Escalation',
  emergency: 'Emergency',
  responders: 'open',
  reviewers: 'review',
  destination: 'To',
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

/** Where a gateway is reached. */
const addressText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return ''
  const { host, port } = value as Readonly<Record<string, unknown>>
  return `${String(host)}:${String(port)}`
}

/** Who is to cosign the log's heads: the name in the key, and where it is asked. */
const witnessesText = (value: unknown): string => {
  const { success, data } = logWitnesses.shape.witnesses.safeParse(value)
  return success ? data.map(({ key, url }) => `${key.split('+')[0]} (${url})`).join(', ') || 'nobody' : ''
}

/** Where a store is, and whether gateways are believed there. */
const locationText = (value: unknown): string => {
  const { success, data } = storeLocation.safeParse(value)
  if (!success) return ''
  return isGatewayTrusted(data) ? `${placeOfStore(data)}, gateway-trusted` : placeOfStore(data)
}

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const

/** `1 h 30 min`. */
const lengthOf = (seconds: number): string => {
  let rest = seconds
  return units
    .flatMap(([size, unit]) => {
      const count = Math.floor(rest / size)
      rest -= count * size
      return count === 0 ? [] : [`${count} ${unit}`]
    })
    .join(' ')
}

/** What was asked for: whoever approves it should read that, and not only whose it is. */
const requestFacts = async (transaction: Transaction, id: string): Promise<readonly Fact[]> => {
  const request = await findRequest(transaction, id)
  if (request === null) return []
  return [
    { label: 'Reason given', text: request.reason },
    { label: 'Asked for', text: lengthOf(request.duration) },
  ]
}

const groupFacts = async (transaction: Transaction, group: string, value: unknown): Promise<readonly Fact[]> => {
  const facts: Fact[] = []
  for (const [field, inner] of Object.entries((value ?? {}) as object))
    for (const { label, text } of await factsOf(transaction, field, inner)) facts.push({ label: `${group}: ${label}`, text })
  return facts
}

const factsOf = async (transaction: Transaction, field: string, value: unknown): Promise<readonly Fact[]> => {
  if (field === 'endpoint') return [{ label: 'Endpoint', text: endpointText(value) ?? '' }]
  if (field === 'address') return [{ label: 'Address', text: addressText(value) }]
  if (field === 'location') return [{ label: 'Where', text: locationText(value) }]
  if (field === 'witnesses') return [{ label: 'Witnesses', text: witnessesText(value) }]
  if (field === 'sameDevice') return value === true ? [{ label: 'Only on', text: 'the device from which it was asked' }] : []
  if (field === 'duration') return typeof value === 'number' ? [{ label: 'For', text: lengthOf(value) }] : []
  if (field === 'minutes') return typeof value === 'number' ? [{ label: 'For', text: lengthOf(value * 60) }] : []
  if (Object.hasOwn(groups, field)) return groupFacts(transaction, groups[field]!, value)
  const named = await nameIds(transaction, field, value)
  if (named !== null) {
    const text = named.items.map(({ id, name }) => name ?? `unknown (${id})`).join(', ')
    const more = field === 'accessRequest' && typeof value === 'string' ? await requestFacts(transaction, value) : []
    return [{ label: named.label, text }, ...more]
  }
  return Object.hasOwn(labels, field) ? [{ label: labels[field]!, text: textOf(value) ?? '' }] : []
}

/** null for what is no call that could be confirmed. */
export const describeAct = async (transaction: Transaction, act: Act): Promise<ActDescription | null> => {
  const recognized = routeOfAct(act)
  if (recognized === null) return null
  const { parameters, body } = recognized.input
  const given = { ...(parameters as object | undefined), ...(body as object | undefined) }
  const facts: Fact[] = []
  for (const [field, value] of Object.entries(given)) facts.push(...(await factsOf(transaction, field, value)))
  const shown = facts.filter(({ text }) => text !== '').slice(0, MOST_FACTS)
  return {
    summary: recognized.route.summary,
    facts: shown.map(({ label, text }) => ({ label, text: text.slice(0, LONGEST_TEXT) })),
    single: recognized.route.presence === 'act',
  }
}
