/**
 * What the gateway checks of the vault's answer before it opens the credential: that the answer is to its question, that the
 * endpoint is the one the secret is bound to, and that the log's receipt names this very unlock. The protocol's
 * `spec/lease.md`, step 5.
 */
import {
  credentialInfo,
  endpointDigest,
  fromUtf8,
  type LeaseAnswer,
  type LeaseBinding,
  parseCanonicalJson,
  receipt,
  type Receipt,
  releasedCredential,
  SallyportError,
  type SealingPrivateKey,
  type StoredCredential,
  type Ticket,
  unseal,
  verifyStatement,
} from '@sallyport/protocol'
import { leasedSecret, type LeasedSecret } from './credentials/leased-secret.ts'

/** The answer must be about what was asked. Throws `unseal_failed` or `secret_unbound`. */
export const checkBinding = async (answer: LeaseAnswer, asked: Ticket): Promise<void> => {
  const { binding } = answer
  const isOurs =
    binding.organization === asked.organization &&
    binding.gateway === asked.gateway &&
    binding.session === asked.session &&
    binding.device === asked.device &&
    binding.credential === asked.credential
  if (!isOurs)
    throw new SallyportError('unseal_failed', { cause: new Error('the answer binds another lease than was asked for') })
  if (binding.endpointDigest !== (await endpointDigest(answer.endpoint)))
    throw new SallyportError('secret_unbound', { cause: new Error('the endpoint is not the one that the lease binds') })
}

const names = (proof: Receipt, binding: LeaseBinding): boolean =>
  proof.organization === binding.organization &&
  proof.lease === binding.lease &&
  proof.gateway === binding.gateway &&
  proof.session === binding.session &&
  proof.credential === binding.credential &&
  proof.secretVersion === binding.secretVersion

/** @param publicKeys DER of the receipt keys that the trust bundle names. Throws `receipt_invalid`. */
export const checkReceipt = async (answer: LeaseAnswer, publicKeys: readonly Uint8Array[]): Promise<void> => {
  for (const publicKey of publicKeys) {
    const proof = await verifyStatement(receipt, answer.receipt, [publicKey]).catch(() => null)
    if (proof !== null && names(proof, answer.binding)) return
  }
  throw new SallyportError('receipt_invalid')
}

export interface OpeningKeys {
  readonly privateKey: SealingPrivateKey
  /** The client's share. */
  readonly share: Uint8Array
  /** The ticket's `jti`. */
  readonly jti: string
}

/** Throws `unseal_failed`. The plaintext is overwritten; the parsed texts live until the garbage collector takes them. */
export const openCredential = async (answer: LeaseAnswer, keys: OpeningKeys): Promise<LeasedSecret | StoredCredential> => {
  const plaintext = await unseal(answer.credential, keys.privateKey, {
    info: credentialInfo(answer.binding),
    psk: { key: keys.share, id: keys.jti },
  })
  try {
    return toSecret(plaintext)
  } catch (cause) {
    throw cause instanceof SallyportError && cause.code === 'unseal_failed' ? cause : new SallyportError('unseal_failed')
  } finally {
    plaintext.fill(0)
  }
}

/** What a failure here says must not hold what it read: no cause is kept. */
const toSecret = (plaintext: Uint8Array): LeasedSecret | StoredCredential => {
  const parsed = releasedCredential.safeParse(parseCanonicalJson(fromUtf8(plaintext)))
  if (!parsed.success) throw new SallyportError('unseal_failed')
  return parsed.data.kind === 'stored' ? parsed.data : leasedSecret(parsed.data)
}
