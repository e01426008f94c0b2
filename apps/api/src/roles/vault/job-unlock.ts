/**
 * Releasing one version of a secret for one job: `spec/jobs.md`. The same as for a lease in everything that protects the secret (a
 * gateway and two signatures, verified here; the endpoint's binding; the receipt before the secret), and narrower in what it is for:
 * a job that this very gateway has taken.
 */
import { createHash, randomUUID } from 'node:crypto'
import {
  credentialInfo,
  endpointDigest,
  fromBase64url,
  type LeaseAnswer,
  type LeaseBinding,
  type LeaseRequest,
  MAX_CLOCK_SKEW,
  SallyportError,
  seal,
  SHARE_LENGTH,
  shareInfo,
  type Ticket,
  TICKET_LIFETIME,
  unseal,
} from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../../domains/audit/index.ts'
import { type JobTarget, targetOfJob } from '../../domains/gateway-jobs/index.ts'
import { findGateway } from '../../domains/gateways/index.ts'
import { verifyJobTicket } from '../../domains/job-identity/index.ts'
import { spendTicket } from '../../domains/leases/index.ts'
import { lockRevocationNumber } from '../../domains/revocations/index.ts'
import { readSecretVersion } from '../../domains/secrets/index.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import type { VaultKeys } from './keys.ts'
import type { VaultParts } from './parts.ts'
import { openSecret } from './secret-envelope.ts'
import type { StoreTokens } from './store-tokens.ts'

/** A job has no person: 8 characters for where one would be named. */
const LABEL = 'jobofone'

interface Asked {
  readonly request: LeaseRequest
  readonly now: number
}

interface Decided {
  readonly binding: LeaseBinding
  readonly target: JobTarget
  readonly revocation: number
}

const invalid = (why: string): SallyportError => new SallyportError('ticket_invalid', { cause: new Error(why) })

const checkTimes = ({ issuedAt, expiresAt }: Ticket, now: number): void => {
  if (expiresAt < issuedAt || expiresAt - issuedAt > TICKET_LIFETIME) throw invalid('it would live too long')
  if (now > expiresAt + MAX_CLOCK_SKEW || issuedAt > now + MAX_CLOCK_SKEW) throw new SallyportError('ticket_expired')
}

/** The ticket is for the job that this gateway has now, and for the purpose of that job. */
const checkJob = (ticket: Ticket, target: JobTarget): void => {
  if (target.credential !== ticket.credential || target.kind !== ticket.purpose) throw invalid('it is for another job')
  if (target.state !== 'taken' || target.gateway !== ticket.gateway) throw invalid('the gateway does not have the job')
  if (ticket.job?.version === 'pending' && target.kind !== 'rotate') throw invalid('a test unlocks what is in use')
}

const versionOf = (ticket: Ticket, { currentVersion, pendingVersion }: JobTarget): number => {
  if (ticket.job?.version !== 'pending') return currentVersion
  if (pendingVersion === null) throw invalid('nothing is pending')
  return pendingVersion
}

const actorOf = ({ session }: Ticket): AuditActor => ({ kind: 'job', id: null, device: null, session, address: null })

/** `request` is verified: the gateway signed it, is in good standing, and means this organization. */
export type UnlockForJob = (request: LeaseRequest, now: number) => Promise<LeaseAnswer>

export const unlockingForJobs = (parts: VaultParts, keys: VaultKeys, tokens: StoreTokens): UnlockForJob => {
  const within = <Result>(organization: string, work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, organization, work)

  const verify = async ({ organization, gateway, ticket: text }: LeaseRequest, now: number): Promise<Ticket> => {
    const identityKeys = (await keys.knownKeys(organization, 'job')).map(({ publicKey }) => publicKey)
    return within(organization, async (transaction) => {
      const ticket = await verifyJobTicket(transaction, text, { identityKeys, now })
      checkTimes(ticket, now)
      if (ticket.organization !== organization || ticket.gateway !== gateway) throw new SallyportError('identity_mismatch')
      return ticket
    })
  }

  const decide = (ticket: Ticket, now: number): Promise<Decided> =>
    within(ticket.organization, async (transaction) => {
      const revocation = await lockRevocationNumber(transaction, ticket.organization, 'share')
      if (ticket.job === undefined) throw invalid('it names no job')
      const target = await targetOfJob(transaction, ticket.job.id)
      checkJob(ticket, target)
      const gateway = await findGateway(transaction, ticket.gateway)
      if (gateway?.status !== 'joined') throw new SallyportError('gateway_unknown')
      if (!gateway.sites.includes(target.site)) throw new SallyportError('wrong_site')
      // The gateway will connect to the endpoint itself: its digest is not believed.
      if (!target.bound || (await endpointDigest(target.endpoint)) !== target.endpointDigest) {
        throw new SallyportError('secret_unbound')
      }
      const binding: LeaseBinding = {
        version: 1,
        lease: randomUUID(),
        organization: ticket.organization,
        gateway: ticket.gateway,
        session: ticket.session,
        device: ticket.device,
        // Nobody: the organization's own id, as in the place of the device.
        user: ticket.organization,
        resource: target.resource,
        credential: ticket.credential,
        secret: target.secret,
        secretVersion: versionOf(ticket, target),
        endpointDigest: target.endpointDigest,
        expiresAt: now + TICKET_LIFETIME,
      }
      return { binding, target, revocation }
    })

  const readSecret = async (binding: LeaseBinding): Promise<Uint8Array> => {
    const place = { secret: binding.secret, version: binding.secretVersion, resource: binding.resource }
    const stored = await within(binding.organization, (transaction) => readSecretVersion(transaction, place))
    if (!stored) throw new SallyportError('secret_unavailable', { cause: new Error('the version is missing') })
    return openSecret(parts.kms, stored, { ...place, organization: binding.organization, endpointDigest: binding.endpointDigest })
  }

  /** The secret; for one that lies in a third-party store, where it lies and a token of this job. What is pending is in the vault. */
  const readReleased = async ({ binding, target }: Decided, now: number): Promise<Uint8Array> => {
    const { stored, endpoint, kind: purpose } = target
    if (stored === null || binding.secretVersion !== target.currentVersion) return readSecret(binding)
    return withSecretBytes(readSecret(binding), (reference) =>
      tokens.release(reference, { binding, endpoint, stored, purpose, now }),
    )
  }

  /** The share is opened, the unlock recorded, and only then the secret unwrapped. */
  const release = (ticket: Ticket, decided: Decided, { request, now }: Asked) =>
    withSecretBytes(
      keys.withSealingKey(ticket.organization, ticket.vaultKey, (key) => unseal(ticket.share, key, { info: shareInfo(ticket) })),
      async (share): Promise<LeaseAnswer> => {
        if (share.length !== SHARE_LENGTH) throw new SallyportError('unseal_failed')
        const { binding, target, revocation } = decided
        const { version: _version, ...bound } = binding
        const ticketDigest = createHash('sha256').update(request.ticket).digest('base64url')
        const { receipt } = await parts.log.appendUnlock({
          ...bound,
          id: binding.lease,
          at: now,
          actor: actorOf(ticket),
          ticketDigest,
        })
        const credential = await withSecretBytes(readReleased(decided, now), (plaintext) =>
          seal(plaintext, fromBase64url(request.recipient), {
            info: credentialInfo(binding),
            psk: { key: share, id: ticket.jti },
          }),
        )
        return {
          binding,
          endpoint: target.endpoint,
          options: target.options,
          resourceName: target.resourceName,
          credentialName: target.credentialName,
          userName: target.userName,
          databases: [...target.databases],
          exclusive: false,
          sessionLabel: LABEL,
          credential,
          receipt,
          revocation,
        }
      },
    )

  const recordRefusal = async (ticket: Ticket, code: string, now: number): Promise<void> => {
    await within(ticket.organization, (transaction) =>
      recordAudit(transaction, {
        type: 'unlock.refused',
        actor: actorOf(ticket),
        subject: { kind: 'credential', id: ticket.credential },
        details: { code, gateway: ticket.gateway, ticket: ticket.jti },
        at: now,
      }),
    )
  }

  return async (request, now) => {
    const ticket = await verify(request, now)
    try {
      if (!(await within(ticket.organization, (transaction) => spendTicket(transaction, ticket)))) {
        throw new SallyportError('ticket_used')
      }
      return await release(ticket, await decide(ticket, now), { request, now })
    } catch (error) {
      await recordRefusal(ticket, error instanceof SallyportError ? error.code : 'internal', now)
      throw error
    }
  }
}
