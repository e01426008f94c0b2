import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { endAllLeases, leaveToFirst } from '../leases/index.ts'
import { lockRevocationNumber, revoke } from '../revocations/index.ts'
import { requireResource } from '../resources/index.ts'
import { findSecret, type Secret } from '../secrets/index.ts'
import { type PortWish, releasePort, renamePort, takePort } from './ports.ts'
import {
  countCredentials,
  type Credential,
  deleteCredentialRow,
  findCredential,
  insertCredential,
  lockCredential,
  updateCredential,
} from './store.ts'

/** As many as one person can be shown. */
const MAX_CREDENTIALS = 10_000
const taken = { unique: 'conflict', message: 'The resource has a credential of this name.' } as const
const missing = () => new SallyportError('not_found', { message: 'There is no such credential.' })

type Ports = PortWish['range']

/** Secrets by reference only. */
const described = (
  credential: Omit<Credential, 'resourceName' | 'bound' | 'secretVersion' | 'stored' | 'kind' | 'secretEndsAt'>,
) => ({
  resource: credential.resource,
  name: credential.name,
  userName: credential.userName,
  secret: credential.secret,
  databases: [...credential.databases],
  port: credential.port,
  exclusive: credential.exclusive,
})

/** Whoever may store the secret decided for which account it is; the credential must say the same to people. */
const checkUserName = ({ account }: Pick<Secret, 'account'>, userName: string): void => {
  if (account === null || account === userName) return
  throw new SallyportError('invalid_request', {
    message: `This secret is for ${account} alone: that is its user name.`,
  })
}

export const requireCredential = async (transaction: Transaction, id: string): Promise<Credential> => {
  const credential = await findCredential(transaction, id)
  if (!credential) throw missing()
  return credential
}

export interface NewCredential {
  readonly resource: string
  readonly name: string
  readonly userName: string
  readonly secret: string
  readonly databases: readonly string[]
  /** One person uses it at a time. */
  readonly exclusive: boolean
  readonly port: number | null
  /** Ports of the organization. */
  readonly ports: Ports
}

export const createCredential = async (
  transaction: Transaction,
  { ports, ...input }: NewCredential,
  author: Author,
): Promise<Credential> => {
  await requireRoom(transaction, { of: 'credentials', limit: MAX_CREDENTIALS }, () => countCredentials(transaction))
  const resource = await requireResource(transaction, input.resource)
  const secret = await findSecret(transaction, input.secret)
  if (secret?.resource !== resource.id) {
    throw new SallyportError('not_found', { message: 'The resource has no such secret.' })
  }
  checkUserName(secret, input.userName)
  const port = await takePort(transaction, { name: `${resource.name}/${input.name}`, port: input.port, range: ports })
  const credential = { ...input, id: randomUUID(), port }
  await refusing({ ...taken, foreign: 'not_found' }, insertCredential(transaction, credential, author.now))
  await recordAudit(transaction, {
    type: 'credential.created',
    actor: author.actor,
    subject: { kind: 'credential', id: credential.id },
    details: { before: null, after: described(credential) },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials' })
  return requireCredential(transaction, credential.id)
}

/** What is absent stays. */
export interface CredentialChange {
  readonly id: string
  readonly name?: string | undefined
  readonly userName?: string | undefined
  readonly databases?: readonly string[] | undefined
  readonly port?: number | undefined
  readonly exclusive?: boolean | undefined
  /** Ports of the organization. */
  readonly ports: Ports
}

const movePort = async (
  transaction: Transaction,
  { before, name, wish }: { readonly before: Credential; readonly name: string; readonly wish: CredentialChange },
  now: number,
): Promise<number> => {
  if (wish.port === undefined || wish.port === before.port) {
    await renamePort(transaction, before.port, name)
    return before.port
  }
  const port = await takePort(transaction, { name, port: wish.port, range: wish.ports })
  await releasePort(transaction, before.port, now)
  return port
}

export const changeCredential = async (
  transaction: Transaction,
  change: CredentialChange,
  author: Author,
): Promise<Credential> => {
  // No lease is being decided while it becomes exclusive.
  if (change.exclusive === true) await lockRevocationNumber(transaction, author.organization, 'update')
  const before = await lockCredential(transaction, change.id)
  if (!before) throw missing()
  const secret = await findSecret(transaction, before.secret)
  if (change.userName !== undefined && secret !== null) checkUserName(secret, change.userName)
  const name = change.name ?? before.name
  const after = {
    ...before,
    name,
    userName: change.userName ?? before.userName,
    databases: change.databases ?? before.databases,
    exclusive: change.exclusive ?? before.exclusive,
    port: await movePort(transaction, { before, name: `${before.resourceName}/${name}`, wish: change }, author.now),
  }
  await refusing(taken, updateCredential(transaction, after))
  const ended = after.exclusive && !before.exclusive ? await leaveToFirst(transaction, { ...author, credential: before.id }) : 0
  await recordAudit(transaction, {
    type: 'credential.changed',
    actor: author.actor,
    subject: { kind: 'credential', id: before.id },
    details: { before: described(before), after: described(after), ...(ended === 0 ? {} : { endedLeases: ended }) },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials' })
  return after
}

/** Ends every lease of it; its port is kept for its name. */
export const deleteCredential = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const before = await lockCredential(transaction, id)
  if (!before) throw missing()
  await revoke(transaction, {
    organization: author.organization,
    subject: { kind: 'credential', id },
    code: 'lease_revoked',
  })
  const ended = await endAllLeases(transaction, { scope: { credentials: [id] }, code: 'lease_revoked', now: author.now })
  await deleteCredentialRow(transaction, id)
  await releasePort(transaction, before.port, author.now)
  await recordAudit(transaction, {
    type: 'credential.deleted',
    actor: author.actor,
    subject: { kind: 'credential', id },
    details: { before: described(before), after: null, endedLeases: ended },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'credentials' })
}
