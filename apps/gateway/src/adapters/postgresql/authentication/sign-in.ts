/** Signing in to a resource: which ways are strong enough, and the answers to what it asks. */
import type { Duplex } from 'node:stream'
import type { OpenedCredential, ResourceTarget } from '../../adapter.ts'
import type { AuthenticationRequest } from '../codec/backend.ts'
import { encodePasswordMessage, encodeSaslInitialResponse, encodeSaslResponse } from '../codec/frontend.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import { postgresqlError } from '../errors.ts'
import { tlsServerEndPoint } from './channel-binding.ts'
import { md5Response } from './md5.ts'
import { proveScram, startScram, verifyScram, type ScramProof, type ScramStart } from './scram.ts'

const strength: Readonly<Record<ResourceTarget['weakestAuthentication'], number>> = {
  certificate: 3,
  scram: 2,
  md5: 1,
  cleartext: 0,
}

interface SignInOptions {
  readonly stream: Duplex
  readonly serverCertificate: Buffer | null
  readonly credential: OpenedCredential
  readonly weakest: ResourceTarget['weakestAuthentication']
}

/** One sign-in: answers what the resource asks, in the order in which it may ask. */
export class SignIn {
  readonly #stream: Duplex
  readonly #credential: OpenedCredential
  readonly #weakest: ResourceTarget['weakestAuthentication']
  readonly #serverCertificate: Buffer | null
  #scram: { readonly start: ScramStart; proof: ScramProof | null; verified: boolean } | null = null
  #answered = false

  constructor(options: SignInOptions) {
    this.#stream = options.stream
    this.#serverCertificate = options.serverCertificate
    this.#credential = options.credential
    this.#weakest = options.weakest
  }

  /** True once the resource lets us in. */
  async answer(request: AuthenticationRequest): Promise<boolean> {
    switch (request.kind) {
      case 'ok':
        this.#checkEnough()
        return true
      case 'cleartext':
        this.#sendPassword(this.#cleartext())
        return false
      case 'md5':
        this.#require('md5')
        this.#sendPassword(md5Response({ userName: this.#credential.userName, password: this.#password(), salt: request.salt }))
        return false
      case 'sasl':
        this.#require('scram')
        this.#startScram(request.mechanisms)
        return false
      case 'saslContinue':
        await this.#proveScram(request.data)
        return false
      case 'saslFinal':
        this.#verifyScram(request.data)
        return false
      case 'unsupported':
        throw postgresqlError('resource_authentication_unsupported', { detail: `It asked for method ${request.number}.` })
    }
  }

  #require(method: 'scram' | 'md5' | 'cleartext'): void {
    if (this.#answered || this.#scram !== null) throw new ProtocolViolation('the resource asked for a second sign-in')
    if (strength[method] < strength[this.#weakest]) {
      throw postgresqlError('resource_authentication_weak', { detail: `It asked for ${method}; ${this.#weakest} is required.` })
    }
  }

  /** A resource that lets anybody in proves nothing about itself: with SCRAM required, only a finished exchange is enough. */
  #checkEnough(): void {
    const { secret } = this.#credential
    if (this.#scram !== null && !this.#scram.verified) throw postgresqlError('resource_not_proven')
    if (secret.kind === 'certificate' || this.#scram !== null || this.#answered) return
    if (strength[this.#weakest] > strength.cleartext) {
      throw postgresqlError('resource_authentication_weak', { detail: `It asked for nothing; ${this.#weakest} is required.` })
    }
  }

  #cleartext(): Buffer {
    const { secret } = this.#credential
    if (secret.kind !== 'token') {
      this.#require('cleartext')
      return this.#password()
    }
    // A token is no password: it is signed for this server and a few minutes. It is asked for in clear, under TLS, or not at all.
    this.#require('scram')
    if (this.#serverCertificate === null) throw postgresqlError('resource_tls_refused')
    return secret.token
  }

  #password(): Buffer {
    const { secret } = this.#credential
    if (secret.kind === 'password') return secret.password
    throw postgresqlError('resource_authentication_unsupported', {
      detail: `It asked for a password; the credential is a ${secret.kind}.`,
    })
  }

  #sendPassword(password: Buffer): void {
    const message = encodePasswordMessage(password)
    this.#answered = true
    this.#stream.write(message, () => message.fill(0))
  }

  #startScram(mechanisms: readonly string[]): void {
    this.#password()
    const binding = this.#serverCertificate === null ? null : tlsServerEndPoint(this.#serverCertificate)
    const start = startScram({ mechanisms, binding })
    if (start === null) {
      throw postgresqlError('resource_authentication_unsupported', { detail: 'It offers no SCRAM-SHA-256.' })
    }
    this.#scram = { start, proof: null, verified: false }
    this.#stream.write(encodeSaslInitialResponse(start.mechanism, Buffer.from(start.clientFirst)))
  }

  async #proveScram(data: Buffer): Promise<void> {
    const scram = this.#scram
    if (scram === null || scram.proof !== null) throw new ProtocolViolation('SCRAM message out of order')
    scram.proof = await proveScram(scram.start, data.toString(), this.#password())
    this.#stream.write(encodeSaslResponse(Buffer.from(scram.proof.clientFinal)))
  }

  #verifyScram(data: Buffer): void {
    const scram = this.#scram
    if (scram === null || scram.proof === null || scram.verified) throw new ProtocolViolation('SCRAM message out of order')
    verifyScram(scram.proof, data.toString())
    scram.verified = true
  }
}
