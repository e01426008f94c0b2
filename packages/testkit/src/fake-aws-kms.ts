/**
 * An honest fake of AWS KMS, as far as the driver uses it, under the vendor's own client: it verifies Signature Version 4,
 * binds EncryptionContext, keeps key materials and refuses in the service's own words.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { type FakeKeyRing, fakeKeyRing } from './fake-key-ring.ts'
import { type FakeAnswer, type FakeRequest, startFakeServer } from './fake-server.ts'
import { type FakeTls, trustEnvironment } from './fake-tls.ts'
import { refuseSignature } from './signature-version-4.ts'

const REGION = 'eu-central-1'

export type FakeAwsKeyState = 'Enabled' | 'Disabled' | 'PendingDeletion'

interface FakeKey {
  readonly arn: string
  readonly ring: FakeKeyRing
  state: FakeAwsKeyState
}

/** The fields of the requests that the driver sends. */
interface Input {
  readonly KeyId?: string
  readonly SourceKeyId?: string
  readonly DestinationKeyId?: string
  readonly NumberOfBytes?: number
  readonly CiphertextBlob?: string
  readonly EncryptionContext?: Readonly<Record<string, string>>
  readonly SourceEncryptionContext?: Readonly<Record<string, string>>
  readonly DestinationEncryptionContext?: Readonly<Record<string, string>>
}

class Refusal extends Error {
  readonly answer: FakeAnswer
  constructor(type: string, message = '') {
    super(message)
    this.answer = { status: 400, body: { __type: type, message } }
  }
}

const contextText = (context: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1)))

const UUID_LENGTH = 36

export const startFakeAwsKms = async (tls?: FakeTls) => {
  const credentials = { accessKeyId: 'AKIAFAKE', secretAccessKey: randomBytes(20).toString('hex') }
  const keys = new Map<string, FakeKey>()
  const contexts: Readonly<Record<string, string>>[] = []
  const operations: string[] = []

  const keyOf = (arn: string | undefined): FakeKey => {
    const key = keys.get(arn ?? '')
    if (!key) throw new Refusal('NotFoundException', `Key '${arn}' does not exist`)
    return key
  }
  const usable = (key: FakeKey): FakeKey => {
    if (key.state === 'Disabled') throw new Refusal('DisabledException', `${key.arn} is disabled.`)
    if (key.state === 'PendingDeletion') throw new Refusal('KMSInvalidStateException', `${key.arn} is pending deletion.`)
    return key
  }
  const encrypt = (key: FakeKey, plaintext: Uint8Array, context: Input['EncryptionContext']) => {
    contexts.push({ ...context })
    const { version, ciphertext } = key.ring.encrypt(plaintext, contextText(context))
    return { version, blob: Buffer.concat([Buffer.from(version), ciphertext]).toString('base64') }
  }
  const decrypt = (key: FakeKey, blob: string | undefined, context: Input['EncryptionContext']): Buffer => {
    const bytes = Buffer.from(blob ?? '', 'base64')
    const version = bytes.subarray(0, UUID_LENGTH).toString('latin1')
    const plaintext = key.ring.decrypt(version, bytes.subarray(UUID_LENGTH), contextText(context))
    if (!plaintext) throw new Refusal('InvalidCiphertextException')
    return plaintext
  }
  const carryOut = (operation: string, input: Input): unknown => {
    switch (operation) {
      case 'TrentService.GenerateDataKey': {
        const key = usable(keyOf(input.KeyId))
        const plaintext = randomBytes(input.NumberOfBytes!)
        const { version, blob } = encrypt(key, plaintext, input.EncryptionContext)
        return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), CiphertextBlob: blob, KeyMaterialId: version }
      }
      case 'TrentService.Decrypt': {
        const key = usable(keyOf(input.KeyId))
        return { KeyId: key.arn, Plaintext: decrypt(key, input.CiphertextBlob, input.EncryptionContext).toString('base64') }
      }
      case 'TrentService.ReEncrypt': {
        const plaintext = decrypt(usable(keyOf(input.SourceKeyId)), input.CiphertextBlob, input.SourceEncryptionContext)
        const key = usable(keyOf(input.DestinationKeyId))
        const { version, blob } = encrypt(key, plaintext, input.DestinationEncryptionContext)
        return { KeyId: key.arn, CiphertextBlob: blob, DestinationKeyMaterialId: version }
      }
      case 'TrentService.DescribeKey': {
        const key = keyOf(input.KeyId)
        return { KeyMetadata: { KeyId: key.arn, Arn: key.arn, KeyState: key.state, CurrentKeyMaterialId: key.ring.version() } }
      }
      default:
        throw new Refusal('UnknownOperationException')
    }
  }
  const answer = (request: FakeRequest): FakeAnswer => {
    const secretKeys = new Map([[credentials.accessKeyId, credentials.secretAccessKey]])
    const refused = refuseSignature(request, secretKeys, { region: REGION, service: 'kms' })
    if (refused !== null) return new Refusal(refused.type, refused.message).answer
    const operation = String(request.headers['x-amz-target'])
    operations.push(operation.split('.')[1]!)
    try {
      return { status: 200, body: carryOut(operation, JSON.parse(request.body.toString('utf8')) as Input) }
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      throw error
    }
  }
  const server = await startFakeServer({ answer, ...(tls ? { tls } : {}) })
  return {
    server,
    credentials,
    /** Contexts under which something was encrypted, in order. */
    contexts,
    operations,
    /** With which an API has its root key there. */
    environment: (key: FakeKey): Readonly<Record<string, string>> => ({
      SALLYPORT_KMS: `aws:${key.arn}`,
      AWS_ENDPOINT_URL_KMS: server.origin,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...trustEnvironment(tls),
    }),
    createKey: (region = REGION): FakeKey => {
      const key: FakeKey = {
        arn: `arn:aws:kms:${region}:111122223333:key/${randomUUID()}`,
        ring: fakeKeyRing(),
        state: 'Enabled',
      }
      keys.set(key.arn, key)
      return key
    },
  }
}
