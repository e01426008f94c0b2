/**
 * Azure Key Vault and Managed HSM through their own client: data keys are made here and wrapped there, by RSA-OAEP-256 or, with
 * a symmetric key of a Managed HSM, by AES key wrap.
 *
 * Neither binds a context: that is done by the sealing around it, see `wrapped-format.ts`.
 *
 *     0        1           1+n
 *     +--------+-----------+---------------+
 *     | n      | version   | wrapped       |
 *     +--------+-----------+---------------+
 */
import { randomBytes } from 'node:crypto'
import { CryptographyClient, type CryptographyClientOptions, KeyClient, type KeyVaultKey } from '@azure/keyvault-keys'
import { SallyportError, utf8 } from '@sallyport/protocol'
import { isLoopback } from '../../program/loopback.ts'
import { DATA_KEY, type KeyService } from '../key-service.ts'
import type { AzureCredential } from './credential.ts'
import { failureOf } from './failures.ts'

export interface AzureOptions {
  /** Origin of the vault. */
  readonly vault: string
  /** Name of the key. */
  readonly key: string
  readonly credential: AzureCredential
  readonly client?: CryptographyClientOptions
}

const MAX_VERSION = 64
/** Versions that are not looked up again. */
const MAX_VERSIONS = 64

const algorithmOf = ({ keyType }: KeyVaultKey): 'RSA-OAEP-256' | 'A256KW' => {
  switch (keyType) {
    case 'RSA':
    case 'RSA-HSM':
      return 'RSA-OAEP-256'
    case 'oct':
    case 'oct-HSM':
      return 'A256KW'
    default:
      throw new SallyportError('kms_key_missing', { cause: new Error(`a key of kind ${keyType} wraps no keys`) })
  }
}

const readWrapped = (wrapped: Uint8Array): { readonly version: string; readonly key: Uint8Array } => {
  const end = 1 + (wrapped[0] ?? 0)
  const version = Buffer.from(wrapped.subarray(1, end)).toString('latin1')
  if (end >= wrapped.length || !/^[0-9a-z]{1,64}$/.test(version)) {
    throw new SallyportError('secret_unavailable', { cause: new Error('not wrapped by this driver') })
  }
  return { version, key: wrapped.subarray(end) }
}

export const azureService = ({ vault, key, credential, client = {} }: AzureOptions): KeyService => {
  const options: CryptographyClientOptions = {
    ...client,
    // How often is asked is decided above all drivers.
    retryOptions: { maxRetries: 0 },
    // A vault asks for tokens of the domain that it is in; one on this computer is in none.
    disableChallengeResourceVerification: isLoopback(new URL(vault).hostname),
  }
  /**
   * Public halves never change; whether a version may be used is decided at each call. A client is challenged by its first call alone:
   * one for each call would ask everything twice.
   */
  const versions = new Map<string, { readonly found: KeyVaultKey; readonly unwrapping: CryptographyClient }>()
  const keys = new KeyClient(vault, credential, options)

  const asked = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call()
    } catch (cause) {
      throw failureOf(cause)
    }
  }
  const find = (signal: AbortSignal, version?: string): Promise<KeyVaultKey> =>
    asked(() => keys.getKey(key, { abortSignal: signal, ...(version === undefined ? {} : { version }) }))
  /** A version that a key never had says something about the bytes, not about the key. */
  const findVersion = async (signal: AbortSignal, version: string) => {
    const known = versions.get(version)
    if (known) return known
    try {
      const found = await find(signal, version)
      const made = { found, unwrapping: new CryptographyClient(found, credential, options) }
      if (versions.size >= MAX_VERSIONS) versions.clear()
      versions.set(version, made)
      return made
    } catch (error) {
      if (!(error instanceof SallyportError) || error.code !== 'kms_key_missing') throw error
      await find(signal)
      throw new SallyportError('secret_unavailable', { cause: error })
    }
  }
  const newest = async (signal: AbortSignal) => {
    const found = await find(signal)
    const { version = '', enabled } = found.properties
    if (enabled === false) throw new SallyportError('kms_key_disabled')
    if (version === '' || version.length > MAX_VERSION) throw new SallyportError('kms_unreachable')
    return { found, version }
  }
  return {
    driver: 'azure',
    locator: `${vault}/keys/${key}`,
    protection: 'a key of Azure Key Vault',
    async generate(_context, signal) {
      const { found, version } = await newest(signal)
      const plaintext = randomBytes(DATA_KEY)
      const wrapping = new CryptographyClient(found, credential, options)
      const { result } = await asked(() => wrapping.wrapKey(algorithmOf(found), plaintext, { abortSignal: signal }))
      const name = utf8(version)
      return { plaintext, wrapped: Buffer.concat([Uint8Array.of(name.length), name, result]), version }
    },
    async open(wrapped, _context, signal) {
      const parts = readWrapped(wrapped)
      const { found, unwrapping } = await findVersion(signal, parts.version)
      const { result } = await asked(() => unwrapping.unwrapKey(algorithmOf(found), parts.key, { abortSignal: signal }))
      if (result.length !== DATA_KEY) throw new SallyportError('secret_unavailable', { cause: new Error('not a data key') })
      return result
    },
    version: async (signal) => (await newest(signal)).version,
  }
}
