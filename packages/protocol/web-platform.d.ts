/**
 * All that the wire package may use of its surroundings, whether Node or a browser: text, and cryptography on what it is handed.
 * Key generation and random bytes are left out on purpose.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
}

interface CryptoKey {
  readonly type: 'private' | 'public' | 'secret'
  readonly extractable: boolean
  readonly algorithm: { readonly name: string }
  readonly usages: readonly KeyUsage[]
}

interface CryptoKeyPair {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

type KeyUsage = 'decrypt' | 'deriveBits' | 'deriveKey' | 'encrypt' | 'sign' | 'unwrapKey' | 'verify' | 'wrapKey'

interface JsonWebKey {
  readonly kty?: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly d?: string
}

interface SubtleCrypto {
  digest(algorithm: 'SHA-256' | 'SHA-384' | 'SHA-512', bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
  importKey(
    format: 'raw' | 'spki' | 'pkcs8',
    key: Uint8Array<ArrayBuffer>,
    algorithm: { readonly name: string; readonly namedCurve?: string; readonly hash?: string },
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
  verify(
    algorithm: { readonly name: string; readonly hash?: string },
    key: CryptoKey,
    signature: Uint8Array<ArrayBuffer>,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>
}

declare const crypto: { readonly subtle: SubtleCrypto }

/** Passed on to whoever sends; nothing here aborts or listens. */
interface AbortSignal {
  readonly aborted: boolean
}

interface URL {
  readonly protocol: string
  readonly origin: string
  readonly hostname: string
  readonly username: string
  readonly password: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
}

declare const URL: {
  canParse(text: string): boolean
  new (text: string): URL
}
