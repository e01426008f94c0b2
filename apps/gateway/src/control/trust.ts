/**
 * The organization's trust bundle as this gateway holds it: verified under the root that was pinned at first contact, or under
 * one that followed it; its number never falls.
 */
import { z } from 'zod'
import { readTextUpTo, replacePrivateFile } from '@sallyport/program'
import {
  equalBytes,
  fromBase64url,
  parseStatement,
  SallyportError,
  sha256,
  toBase64url,
  trustBundle,
  type TrustBundle,
} from '@sallyport/protocol'
import { rootsOf, verifyTrustBundle } from '@sallyport/transport'
import { derToPem } from './membership.ts'

/** Bytes; what is written here is far shorter. */
const MAX_FILE = 4 * 1024 * 1024

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** The root that signed the bundle, DER in base64url. */
  root: z.string(),
  bundle: z.string().max(trustBundle.maxLength),
})

export class Trust {
  readonly #path: string
  readonly #organization: string
  #bundle: TrustBundle
  #issuers: ReadonlySet<string>
  #listeners: Array<() => void> = []

  private constructor(path: string, bundle: TrustBundle) {
    this.#path = path
    this.#organization = bundle.organization
    this.#bundle = bundle
    this.#issuers = new Set(bundle.issuers)
  }

  /** First contact: the bundle's root is the one with this fingerprint. Throws `certificate_invalid`. */
  static async pin(path: string, text: string, rootFingerprint: string): Promise<Trust> {
    const { payload } = parseStatement(trustBundle, text)
    for (const root of payload.roots) {
      if (!equalBytes(await sha256(fromBase64url(root)), fromBase64url(rootFingerprint))) continue
      const bundle = await verifyTrustBundle(text, root)
      await replacePrivateFile(path, JSON.stringify({ version: 1, root, bundle: text }))
      return new Trust(path, bundle)
    }
    throw new SallyportError('certificate_invalid', { message: 'The API shows another root than the token names.' })
  }

  static async load(path: string): Promise<Trust> {
    const text = await readTextUpTo(path, MAX_FILE)
    if (text === null) throw new Error(`There is no trust bundle at ${path}. Join first.`)
    const { root, bundle } = fileSchema.parse(JSON.parse(text))
    return new Trust(path, await verifyTrustBundle(bundle, root))
  }

  get bundle(): TrustBundle {
    return this.#bundle
  }

  /** The only authorities that may stand above a client, PEM. */
  get authorities(): string[] {
    return [...rootsOf(this.#bundle), ...this.#bundle.issuers].map(derToPem)
  }

  isIssuer(certificate: Uint8Array): boolean {
    return this.#issuers.has(toBase64url(certificate))
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Takes a newer bundle, signed by the root that the present one names first. The present one again changes nothing.
   * Throws `certificate_invalid`.
   */
  async accept(text: string): Promise<void> {
    const root = this.#bundle.roots[0]!
    const bundle = await this.#verifyNext(root, text)
    if (bundle.organization !== this.#organization) throw new SallyportError('certificate_invalid')
    if (bundle.number === this.#bundle.number) return
    if (bundle.number < this.#bundle.number)
      throw new SallyportError('certificate_invalid', { message: `Trust bundle ${bundle.number} is older than the known one.` })
    await replacePrivateFile(this.#path, JSON.stringify({ version: 1, root, bundle: text }))
    this.#bundle = bundle
    this.#issuers = new Set(bundle.issuers)
    for (const listener of this.#listeners) listener()
  }

  /** The bundle that announced a new root is signed by the old one; asked for again, it must still be accepted. */
  async #verifyNext(root: string, text: string): Promise<TrustBundle> {
    const { payload } = parseStatement(trustBundle, text)
    if (payload.number !== this.#bundle.number) return verifyTrustBundle(text, root)
    const stored = fileSchema.parse(JSON.parse((await readTextUpTo(this.#path, MAX_FILE)) ?? '{}'))
    return verifyTrustBundle(text, stored.root)
  }
}
