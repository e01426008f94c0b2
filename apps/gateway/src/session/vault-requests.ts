/** What the gateway asks the vault for a ticket: one signed request with a fresh key, and the check that the unlock is recorded. */
import {
  generateSealingKeyPair,
  type LeaseAnswer,
  leaseRequest,
  type SealingPrivateKey,
  signStatement,
  type Signer,
  toBase64url,
} from '@sallyport/protocol'
import type { GatewayApi } from '../control/api.ts'
import { checkReceipt } from './lease-answer.ts'

export interface VaultRequestsOptions {
  readonly organization: string
  readonly gateway: string
  readonly signer: Signer
  readonly api: Pick<GatewayApi, 'requestLease'>
  /** DER of the keys under which a receipt is believed. */
  readonly receiptKeys: () => readonly Uint8Array[]
  /** Fetches the trust bundle anew: a receipt may come under a key that was made since. */
  readonly refreshTrust: () => Promise<void>
  readonly now: () => number
  readonly newId: () => string
}

export interface VaultRequests {
  /** Rejects with what the API refuses with. `clientAddress`: from where the client reached the gateway; empty for a job. */
  ask(ticket: string, clientAddress: string): Promise<{ readonly answer: LeaseAnswer; readonly privateKey: SealingPrivateKey }>
  /** Throws `receipt_invalid`. */
  checkReceipt(answer: LeaseAnswer): Promise<void>
}

export const createVaultRequests = (options: VaultRequestsOptions): VaultRequests => {
  const { organization, gateway, signer, api, receiptKeys, refreshTrust, now, newId } = options
  return {
    ask: async (ticket, clientAddress) => {
      const { publicKey, privateKey } = await generateSealingKeyPair()
      const payload = {
        version: 1 as const,
        organization,
        gateway,
        ticket,
        recipient: toBase64url(publicKey),
        jti: newId(),
        issuedAt: now(),
        clientAddress,
      }
      return { answer: await api.requestLease(await signStatement(leaseRequest, payload, [signer])), privateKey }
    },
    checkReceipt: async (answer) => {
      try {
        await checkReceipt(answer, receiptKeys())
      } catch {
        await refreshTrust()
        await checkReceipt(answer, receiptKeys())
      }
    },
  }
}
