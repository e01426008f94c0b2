/**
 * Releasing one credential for one lease: `spec/lease.md`, steps 3 and 4. The vault takes nothing on trust from whoever calls
 * it: gateway and client are verified here, from the bytes they signed.
 */
import { createHash, randomUUID } from 'node:crypto'
import {
  credentialInfo,
  endpointDigest,
  fromBase64url,
  type LeaseAnswer,
  type LeaseBinding,
  type LeaseRequest,
  leaseRequest,
  MAX_CLOCK_SKEW,
  parseStatement,
  SallyportError,
  seal,
  SHARE_LENGTH,
  shareInfo,
  type Ticket,
  TICKET_LIFETIME,
  ticket,
  unseal,
  verifyStatement,
} from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import { lockByName } from '../../db/lock-by-name.ts'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { findGateway } from '../../domains/gateways/index.ts'
import {
  admitClientStatement,
  endLease,
  findLeaseSubject,
  insertLease,
  isHeldByOther,
  leaseExpiry,
  type LeaseSubject,
  lockExclusiveUse,
  tellOfExclusiveUse,
  type Verified,
  verifyClientStatement,
} from '../../domains/leases/index.ts'
import { decide } from '../../domains/policy/index.ts'
import { lockRevocationNumber } from '../../domains/revocations/index.ts'
import { readSecretVersion } from '../../domains/secrets/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { VaultLink } from '../../links/index.ts'
import type { VaultKeys } from './keys.ts'
import type { VaultParts } from './parts.ts'
import { recordingOrders } from './recording-orders.ts'
import { openSecret } from './secret-envelope.ts'
import type { UnlockForJob } from './job-unlock.ts'
import type { StoreTokens } from './store-tokens.ts'

/** Live leases of one session; as many as one renewal can name. */
const MAX_SESSION_LEASES = 1000

type Asked = Parameters<VaultLink['requestLease']>[0]

interface Decided {
  readonly binding: LeaseBinding
  readonly subject: LeaseSubject
  /** The organization's revocation number at which it was decided. */
  readonly revocation: number
}

/** One request on its way through the steps. */
interface Unlock {
  readonly organization: string
  readonly now: number
  readonly request: LeaseRequest
  readonly client: Verified<Ticket>
  readonly actor: AuditActor
}

/** Two who ask together: the second waits for the first one's lease, and sees it. */
const refuseWhileHeld = async (transaction: Transaction, wish: Parameters<typeof isHeldByOther>[1]): Promise<void> => {
  await lockExclusiveUse(transaction, wish.credential)
  if (await isHeldByOther(transaction, wish)) throw new SallyportError('credential_in_use')
}

export interface Unlocking {
  readonly tokens: StoreTokens
  /** Tickets of another purpose than connecting. */
  readonly forJob: UnlockForJob
}

export const unlocking = (parts: VaultParts, keys: VaultKeys, { tokens, forJob }: Unlocking): VaultLink['requestLease'] => {
  const orderOf = recordingOrders(parts)
  const inOrganization = <Result>(organization: string, work: Parameters<typeof withOrganization<Result>>[2]) =>
    withOrganization(parts.pool, organization, work)

  /** Step 1: the gateway's signature, standing and clock. */
  const verifyGateway = async (transaction: Transaction, asked: Asked, now: number): Promise<LeaseRequest> => {
    const claimed = parseStatement(leaseRequest, asked.request).payload
    const gateway = await findGateway(transaction, claimed.gateway)
    if (gateway?.status !== 'joined') throw new SallyportError('gateway_unknown')
    const request = await verifyStatement(leaseRequest, asked.request, [gateway.publicKey])
    if (Math.abs(now - request.issuedAt) > TICKET_LIFETIME + MAX_CLOCK_SKEW) throw new SallyportError('signature_expired')
    if (request.organization !== asked.organization) throw new SallyportError('identity_mismatch')
    return request
  }

  /** Steps 2 to 4: both signatures of the client, times, and that gateway and client mean each other. */
  const verifyClient = async (transaction: Transaction, request: LeaseRequest, now: number) => {
    const { organization, gateway, ticket: text, clientAddress: address } = request
    const verified = await verifyClientStatement(transaction, { type: ticket, text, organization, gateway, address, now })
    if (verified.refused === null && verified.client.payload.purpose !== 'connect') throw new SallyportError('ticket_invalid')
    return verified
  }

  /** Steps 5 to 7: the ticket is spent, all are in good standing, and nobody else has this device's state. */
  const admit = async ({ organization, client, now, actor }: Unlock): Promise<void> => {
    const refusal = await inOrganization(organization, (transaction) => admitClientStatement(transaction, client, { now, actor }))
    if (refusal) throw new SallyportError(refusal)
  }

  /** Steps 8 to 11: site, policy, binding, limits. The lease is there from now on, so that a change of policy finds it. */
  const decideLease = ({ organization, client: { payload, session }, now }: Unlock): Promise<Decided> =>
    inOrganization(organization, async (transaction) => {
      const revocation = await lockRevocationNumber(transaction, organization, 'share')
      // Who asks for another lease of the session at the same moment waits, and then counts this one.
      await lockByName(transaction, 'leases of a session', session.id)
      const subject = await findLeaseSubject(transaction, payload, now)
      if (!subject) throw new SallyportError('not_granted')
      const decision = decide(subject.facts)
      if (!decision.allowed) throw new SallyportError(decision.code)
      if (subject.liveLeases >= MAX_SESSION_LEASES) throw new SallyportError('limit_reached')
      // The gateway will connect to the endpoint itself: its digest is not believed.
      if ((await endpointDigest(subject.endpoint)) !== subject.endpointDigest) throw new SallyportError('secret_unbound')
      if (subject.exclusive) await refuseWhileHeld(transaction, { credential: payload.credential, user: session.user, now })
      const binding: LeaseBinding = {
        version: 1,
        lease: randomUUID(),
        organization,
        gateway: payload.gateway,
        session: session.id,
        device: session.device,
        user: session.user,
        resource: subject.resource,
        credential: payload.credential,
        secret: subject.secret,
        secretVersion: subject.secretVersion,
        endpointDigest: subject.endpointDigest,
        expiresAt: leaseExpiry({
          now,
          lifetime: subject.leaseLifetime,
          sessionExpiresAt: subject.facts.session?.expiresAt ?? now,
          until: decision.until,
        }),
      }
      await insertLease(transaction, { ...binding, id: binding.lease, createdAt: now })
      if (subject.exclusive) await tellOfExclusiveUse(transaction, { organization, leases: [binding.lease] })
      return { binding, subject, revocation }
    })

  const openShare = (client: Ticket): Promise<Uint8Array> =>
    keys.withSealingKey(client.organization, client.vaultKey, (key) => unseal(client.share, key, { info: shareInfo(client) }))

  const askForReceipt = async ({ now, actor, request }: Unlock, { binding }: Decided): Promise<string> => {
    const { version: _version, ...bound } = binding
    const ticketDigest = createHash('sha256').update(request.ticket).digest('base64url')
    // The id is the lease's: asking again, after an answer that was lost, finds the same entry.
    const { receipt } = await parts.log.appendUnlock({ ...bound, id: binding.lease, at: now, actor, ticketDigest })
    return receipt
  }

  const readSecret = async (organization: string, binding: LeaseBinding): Promise<Uint8Array> => {
    const place = { secret: binding.secret, version: binding.secretVersion, resource: binding.resource }
    const stored = await inOrganization(organization, (transaction) => readSecretVersion(transaction, place))
    if (!stored) throw new SallyportError('secret_unavailable', { cause: new Error('the version in use is missing') })
    return openSecret(parts.kms, stored, { ...place, organization, endpointDigest: binding.endpointDigest })
  }

  /** The secret; for one that lies in a third-party store, where it lies and a token of this lease. */
  const readReleased = async ({ organization, now }: Unlock, { binding, subject }: Decided): Promise<Uint8Array> => {
    const { stored, endpoint } = subject
    if (stored === null) return readSecret(organization, binding)
    return withSecretBytes(readSecret(organization, binding), (reference) =>
      tokens.release(reference, { binding, endpoint, stored, purpose: 'connect', now }),
    )
  }

  /** The share is opened, the unlock recorded, and only then the secret unwrapped. */
  const release = async (unlock: Unlock, decided: Decided): Promise<LeaseAnswer> => {
    const { binding, subject, revocation } = decided
    const { payload } = unlock.client
    return withSecretBytes(openShare(payload), async (share) => {
      if (share.length !== SHARE_LENGTH) throw new SallyportError('unseal_failed')
      const recording = await orderOf(unlock.organization, subject)
      const receipt = await askForReceipt(unlock, decided)
      const credential = await withSecretBytes(readReleased(unlock, decided), (plaintext) =>
        seal(plaintext, fromBase64url(unlock.request.recipient), {
          info: credentialInfo(binding),
          psk: { key: share, id: payload.jti },
        }),
      )
      return {
        binding,
        endpoint: subject.endpoint,
        options: subject.options,
        resourceName: subject.resourceName,
        credentialName: subject.credentialName,
        userName: subject.userName,
        databases: [...subject.databases],
        exclusive: subject.exclusive,
        sessionLabel: subject.sessionLabel,
        recording,
        credential,
        receipt,
        revocation,
      }
    })
  }

  const codeOf = (error: unknown) => (error instanceof SallyportError ? error.code : 'internal')

  /** Both parties are known: their refusal is an entry of its own. */
  const recordRefusal = async ({ organization, client, request, actor, now }: Unlock, code: string): Promise<void> => {
    await inOrganization(organization, (transaction) =>
      recordAudit(transaction, {
        type: 'unlock.refused',
        actor,
        subject: { kind: 'credential', id: client.payload.credential },
        details: { code, gateway: request.gateway, ticket: client.payload.jti },
        at: now,
      }),
    )
  }

  const carryOut = async (unlock: Unlock): Promise<LeaseAnswer> => {
    await admit(unlock)
    const decided = await decideLease(unlock)
    try {
      return await release(unlock, decided)
    } catch (error) {
      const end = { id: decided.binding.lease, code: codeOf(error), now: unlock.now }
      await inOrganization(unlock.organization, async (transaction) => {
        await endLease(transaction, end)
        if (decided.subject.exclusive)
          await tellOfExclusiveUse(transaction, { organization: unlock.organization, leases: [end.id] })
      })
      throw error
    }
  }

  return async (asked) => {
    const now = parts.clock()
    const request = await inOrganization(asked.organization, (transaction) => verifyGateway(transaction, asked, now))
    if (parseStatement(ticket, request.ticket).payload.purpose !== 'connect') return forJob(request, now)
    const verified = await inOrganization(asked.organization, (transaction) => verifyClient(transaction, request, now))
    if (verified.refused !== null) throw new SallyportError(verified.refused)
    const { client } = verified
    const { user, device, id: session } = client.session
    const actor: AuditActor = { kind: 'user', id: user, device, session, address: request.clientAddress }
    const unlock: Unlock = { organization: asked.organization, now, request, client, actor }
    try {
      return await carryOut(unlock)
    } catch (error) {
      await recordRefusal(unlock, codeOf(error))
      throw error
    }
  }
}
