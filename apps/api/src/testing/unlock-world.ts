/** Everything that one unlock needs, with real keys, a real database and the roles themselves. */
import { BlockList } from 'node:net'
import { randomBytes, randomUUID } from 'node:crypto'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CredentialPlaintext,
  canonicalJson,
  credentialInfo,
  type DeviceState,
  type Endpoint,
  endpointDigest,
  fromBase64url,
  fromUtf8,
  generateSealingKeyPair,
  type LeaseAnswer,
  type LeaseRequest,
  leaseRenewal,
  type LeaseRenewal,
  leaseRequest,
  receipt,
  seal,
  type SealingKeyPair,
  shareInfo,
  type Signer,
  signStatement,
  ticket,
  type Ticket,
  toBase64url,
  unseal,
  utf8,
  verifyStatement,
} from '@sallyport/protocol'
import { type AuditActor, secretInfo } from '@sallyport/protocol/api'
import type { TestDatabase } from '../db/testing.ts'
import { withOrganization } from '../db/with-organization.ts'
import { createCredential } from '../domains/credentials/index.ts'
import { giveDeviceState } from '../domains/devices/index.ts'
import { personalKeysOf, usePersonalKeys } from '../domains/personal-data/index.ts'
import { createResource } from '../domains/resources/index.ts'
import { addCredential, addMember, createRole } from '../domains/roles/index.ts'
import { createSite } from '../domains/sites/index.ts'
import { startLog } from '../roles/log.ts'
import { startVault } from '../roles/vault.ts'
import { makeGateway } from './make-gateway.ts'
import { makeOrganization } from './make-organization.ts'
import { makeSession, type MadeSession } from './make-session.ts'
import { openedOutbox } from './outbox.ts'
import { quietLogger } from './quiet-logger.ts'

export const administrator: AuditActor = { kind: 'user', id: randomUUID(), device: null, session: null, address: '192.0.2.1' }

export const shopEndpoint: Endpoint = {
  protocol: 'postgresql',
  host: 'shop.internal',
  port: 5432,
  tls: { kind: 'authority', certificates: '', serverName: null },
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
}

export const passwordOf = (text: string): CredentialPlaintext => ({ kind: 'password', password: toBase64url(utf8(text)) })

/** A clock that a test moves. Milliseconds since 1970. */
export interface MovedClock {
  now: number
}

export type RolesOfWorld = Awaited<ReturnType<typeof startTestRoles>>

/** Vault and log in this process, each with its own key file; `keys`: those of others that used this database before. */
export const startTestRoles = async (
  database: TestDatabase,
  clock: MovedClock,
  keys?: { readonly vault: string; readonly log: string },
) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-keys-'))
  for (const [name, path] of Object.entries(keys ?? {})) await copyFile(path, join(folder, `${name}.key`))
  const common = { clock: () => clock.now, logger: quietLogger() }
  const notifications = { listen: () => () => undefined }
  const logKey = { kind: 'file', path: join(folder, 'log.key') } as const
  const log = await startLog({
    witnessNetworks: new BlockList(),
    ...common,
    pool: database.pools.log,
    rootKey: logKey,
    notifications,
  })
  const startVaultWith = async (link: typeof log.link) => {
    const kms = { driver: 'local', rootKey: { kind: 'file', path: join(folder, 'vault.key') } } as const
    const vault = (await startVault({ ...common, pool: database.pools.vault, kms, log: link })).link
    usePersonalKeys(database.pools.api, personalKeysOf(vault.personalKey))
    return vault
  }
  return {
    log,
    outbox: await openedOutbox(database, logKey),
    vault: await startVaultWith(log.link),
    startVaultWith,
    folder,
    async close() {
      await log.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type UnlockWorld = Awaited<ReturnType<typeof makeUnlockWorld>>

/** An organization with a person who may lease `shop/read-only` through a role, and a gateway at its site. */
export const makeUnlockWorld = async (database: TestDatabase, roles: RolesOfWorld, clock: MovedClock) => {
  const { api } = database.pools
  const { id: organization } = await makeOrganization(api, clock.now)
  const inOrganization = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
    withOrganization(api, organization, work)
  const author = () => ({ organization, actor: administrator, now: clock.now })
  const gateway = await makeGateway(api, organization)
  const sealing = (await roles.vault.vaultKeys({ organization })).keys[0]!
  const receiptKey = fromBase64url((await roles.log.link.receiptKeys({ organization })).keys[0]!.publicKey)

  const site = await inOrganization((transaction) => createSite(transaction, 'Main', author()))
  const serve = (siteId: string, gatewayId = gateway.id) =>
    inOrganization((transaction) =>
      transaction
        .insertInto('gateway_sites')
        .values({ organization_id: organization, gateway_id: gatewayId, site_id: siteId })
        .execute(),
    )
  await serve(site.id)
  const resource = await inOrganization((transaction) =>
    createResource(
      transaction,
      {
        site: site.id,
        name: 'shop',
        description: '',
        tags: [],
        endpoint: shopEndpoint,
        options: { labelConnections: true, strictRecording: false },
      },
      author(),
    ),
  )

  const sealedSecret = async (secret: string | CredentialPlaintext, target: { resource: string; endpoint: Endpoint }) => {
    const fields = { organization, resource: target.resource, endpointDigest: await endpointDigest(target.endpoint) }
    const plaintext = utf8(canonicalJson(typeof secret === 'string' ? passwordOf(secret) : secret))
    const sealed = await seal(plaintext, fromBase64url(sealing.publicKey), { info: secretInfo(fields) })
    return { ...fields, vaultKey: sealing.id, sealed, actor: administrator }
  }
  const secret = await roles.vault.createSecret(
    await sealedSecret('s3cret-of-shop', { resource: resource.id, endpoint: shopEndpoint }),
  )
  const credential = await inOrganization((transaction) =>
    createCredential(
      transaction,
      {
        resource: resource.id,
        name: 'read-only',
        userName: 'shop_ro',
        secret: secret.id,
        databases: ['shop'],
        exclusive: false,
        port: null,
        ports: { first: 10_000, last: 29_999 },
      },
      author(),
    ),
  )
  const everything = { ...author(), permissions: new Set<never>() }
  const role = await inOrganization((transaction) =>
    createRole(transaction, { name: 'readers', description: '', permissions: [] }, everything),
  )
  await inOrganization((transaction) => addCredential(transaction, { role: role.id, credential: credential.id }, everything))

  const signIn = async (member = true): Promise<MadeSession & { deviceState: DeviceState }> => {
    const session = await makeSession(api, organization, { now: clock.now })
    const deviceState = await inOrganization((transaction) => giveDeviceState(transaction, session.device, null))
    if (member) {
      await inOrganization((transaction) => addMember(transaction, { role: role.id, user: session.user }, everything))
    }
    return { ...session, deviceState }
  }
  const person = await signIn()
  type Person = typeof person

  const makeTicket = async (
    change: Partial<Ticket> = {},
    { by = person, signers, share }: { by?: Person; signers?: readonly Signer[]; share?: Uint8Array } = {},
  ) => {
    const clear = share ?? randomBytes(32)
    const fields = {
      version: 1 as const,
      purpose: 'connect' as const,
      organization,
      device: by.device,
      session: by.id,
      gateway: gateway.id,
      credential: credential.id,
      deviceState: by.deviceState,
      jti: randomUUID(),
      issuedAt: clock.now,
      expiresAt: clock.now + 60_000,
      vaultKey: sealing.id,
      ...change,
    }
    const sealed = await seal(clear, fromBase64url(sealing.publicKey), { info: shareInfo(fields) })
    const payload: Ticket = { ...fields, share: change.share ?? sealed }
    return { payload, share: clear, text: await signStatement(ticket, payload, signers ?? [by.deviceSigner, by.signer]) }
  }

  const makeRequest = async (
    ticketText: string,
    recipient: SealingKeyPair,
    { change = {}, by = gateway.signer }: { change?: Partial<LeaseRequest>; by?: Signer } = {},
  ) =>
    signStatement(
      leaseRequest,
      {
        version: 1,
        organization,
        gateway: gateway.id,
        ticket: ticketText,
        recipient: toBase64url(recipient.publicKey),
        jti: randomUUID(),
        issuedAt: clock.now,
        clientAddress: '198.51.100.7',
        ...change,
      },
      [by],
    )

  /** A whole unlock as client and gateway do it. */
  const unlock = async (change: Partial<Ticket> = {}, options: { by?: Person; vault?: typeof roles.vault } = {}) => {
    const made = await makeTicket(change, options)
    const recipient = await generateSealingKeyPair()
    const request = await makeRequest(made.text, recipient)
    const answer = await (options.vault ?? roles.vault).requestLease({ organization, request })
    return { ...made, recipient, request, answer }
  }
  type Unlocked = Awaited<ReturnType<typeof unlock>>

  const open = async ({ answer, recipient, share, payload }: Unlocked, change: Partial<LeaseAnswer['binding']> = {}) => {
    const info = credentialInfo({ ...answer.binding, ...change })
    const plaintext = await unseal(answer.credential, recipient.privateKey, { info, psk: { key: share, id: payload.jti } })
    const parsed = JSON.parse(fromUtf8(plaintext)) as CredentialPlaintext
    return parsed.kind === 'password' ? fromUtf8(fromBase64url(parsed.password)) : null
  }

  const renewal = async (leases: readonly string[], change: Partial<LeaseRenewal> = {}, by: Person = person) =>
    signStatement(
      leaseRenewal,
      {
        version: 1,
        organization,
        device: by.device,
        session: by.id,
        gateway: gateway.id,
        leases: [...leases],
        deviceState: by.deviceState,
        jti: randomUUID(),
        issuedAt: clock.now,
        expiresAt: clock.now + 60_000,
        ...change,
      },
      [by.deviceSigner, by.signer],
    )

  const entries = async (type?: 'unlock.granted' | 'unlock.refused' | 'job.finished') => {
    const { rows } = await roles.log.link.listEntries({ organization, limit: 500, below: null, type })
    return rows
  }

  return {
    organization,
    inOrganization,
    author,
    gateway,
    serve,
    site,
    resource,
    secret,
    sealedSecret,
    credential,
    role,
    person,
    signIn,
    makeTicket,
    makeRequest,
    unlock,
    open,
    renewal,
    entries,
    verifyReceipt: (text: string) => verifyStatement(receipt, text, [receiptKey]),
  }
}
