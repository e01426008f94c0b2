/** What an administrator does to make a database reachable. */
import { randomUUID } from 'node:crypto'
import {
  canonicalJson,
  type CredentialPlaintext,
  type Endpoint,
  endpointDigest,
  fromBase64url,
  seal,
  utf8,
} from '@sallyport/protocol'
import { type InputOf, type RouteOf, secretInfo } from '@sallyport/protocol/api'
import type { Agent } from './agent.ts'

/** Seals a credential to the vault key of the organization: what the API is sent to store it for a resource, or to replace one. */
export const sealSecret = async (
  administrator: Agent,
  resource: { readonly id: string; readonly endpoint: Endpoint },
  plaintext: CredentialPlaintext,
): Promise<InputOf<RouteOf<'createSecret'>>['body']> => {
  const trust = await administrator.local.call('trust', {})
  const vaultKey = trust.vaultKeys[0]!
  const digest = await endpointDigest(resource.endpoint)
  const info = secretInfo({ organization: trust.organization, resource: resource.id, endpointDigest: digest })
  const sealed = await seal(utf8(canonicalJson(plaintext)), fromBase64url(vaultKey.publicKey), { info })
  return { resource: resource.id, endpointDigest: digest, vaultKey: vaultKey.id, sealed }
}

/** Seals and stores a credential for a resource; returns its reference. */
export const storeSecret = async (
  administrator: Agent,
  resource: { readonly id: string; readonly endpoint: Endpoint },
  plaintext: CredentialPlaintext,
): Promise<string> => {
  const body = await sealSecret(administrator, resource, plaintext)
  return (await administrator.api('createSecret', { body })).id
}

export const passwordSecret = (password: string): CredentialPlaintext => ({
  kind: 'password',
  password: Buffer.from(password).toString('base64url'),
})

/** A PostgreSQL on this machine, trusted by the authority behind its certificate; `change`: what is to be otherwise. */
export const postgresEndpoint = (
  { port, caPem }: { readonly port: number; readonly caPem: string },
  change: Partial<Endpoint> = {},
): Endpoint => ({
  protocol: 'postgresql',
  host: '127.0.0.1',
  port,
  tls: { kind: 'authority', certificates: caPem, serverName: null },
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
  ...change,
})

export interface NewDatabase {
  readonly site: string
  /** Short name of the resource: `shop-db`. */
  readonly name: string
  readonly endpoint: Endpoint
  readonly database: string
  readonly strictRecording?: boolean
  readonly labelConnections?: boolean
  /** Credential name → who it is on the database. */
  readonly credentials: Readonly<Record<string, { readonly userName: string; readonly password: string }>>
}

export interface Database {
  readonly resource: string
  /** Credential name → id. */
  readonly credentials: Readonly<Record<string, string>>
}

export const addDatabase = async (administrator: Agent, database: NewDatabase): Promise<Database> => {
  const { labelConnections = true, strictRecording = false } = database
  const options = { labelConnections, strictRecording }
  const resource = await administrator.api('createResource', {
    body: { site: database.site, name: database.name, endpoint: database.endpoint, options },
  })
  const credentials: Record<string, string> = {}
  for (const [name, login] of Object.entries(database.credentials)) {
    const secret = await storeSecret(administrator, resource, passwordSecret(login.password))
    const body = { resource: resource.id, name, userName: login.userName, secret, databases: [database.database] }
    credentials[name] = (await administrator.api('createCredential', { body })).id
  }
  return { resource: resource.id, credentials }
}

/** A new role that may lease these credentials and has these members. */
export const addRole = async (
  administrator: Agent,
  role: { readonly name?: string; readonly users: readonly string[]; readonly credentials: readonly string[] },
): Promise<string> => {
  const { id } = await administrator.api('createRole', { body: { name: role.name ?? `role ${randomUUID().slice(0, 8)}` } })
  for (const credential of role.credentials)
    await administrator.api('addRoleCredential', { parameters: { role: id, credential } })
  for (const user of role.users) await administrator.api('addRoleMember', { parameters: { role: id, user } })
  return id
}
