/**
 * AWS Key Management Service through its own client: data keys by GenerateDataKey, opened by Decrypt, moved by ReEncrypt, all
 * with the context as EncryptionContext, so that key policies and CloudTrail can name organization and secret.
 *
 * The version of a key is its present key material, which automatic rotation changes behind one ARN.
 */
import {
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  KMSClient,
  type KMSClientConfig,
  ReEncryptCommand,
} from '@aws-sdk/client-kms'
import { SallyportError } from '@sallyport/protocol'
import { DATA_KEY, type KeyService } from '../key-service.ts'
import { failureOf } from './failures.ts'

export interface AwsOptions {
  /** ARN of a symmetric key or of an alias; calls go to its region. */
  readonly key: string
  /** Instead of the region's own. */
  readonly endpoint?: string
  /** Instead of what the vendor's tools find in environment, files and instance. */
  readonly credentials?: NonNullable<KMSClientConfig['credentials']>
}

const arn = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/[\w/-]+$/

const regionOf = (key: string): string => {
  const region = arn.exec(key)?.[1]
  if (region === undefined) throw new Error('not the ARN of a key of AWS KMS')
  return region
}

export const awsService = ({ key, endpoint, credentials }: AwsOptions): KeyService => {
  const client = new KMSClient({
    region: regionOf(key),
    // How often is asked is decided above all drivers.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  })
  const asked = async <Result>(call: Promise<Result>): Promise<Result> => {
    try {
      return await call
    } catch (cause) {
      throw failureOf(cause)
    }
  }
  const missing = (what: string): never => {
    throw new SallyportError('kms_unreachable', { cause: new Error(`an answer without ${what}`) })
  }
  const newest = async (signal: AbortSignal): Promise<string> => {
    const { KeyMetadata } = await asked(client.send(new DescribeKeyCommand({ KeyId: key }), { abortSignal: signal }))
    return KeyMetadata?.CurrentKeyMaterialId ?? KeyMetadata?.Arn ?? missing('the description of a key')
  }
  return {
    driver: 'aws',
    locator: key,
    protection: 'a key of AWS KMS',
    async generate({ fields }, signal) {
      const command = new GenerateDataKeyCommand({ KeyId: key, NumberOfBytes: DATA_KEY, EncryptionContext: { ...fields } })
      const answer = await asked(client.send(command, { abortSignal: signal }))
      return {
        plaintext: answer.Plaintext ?? missing('a data key'),
        wrapped: answer.CiphertextBlob ?? missing('a wrapped data key'),
        version: answer.KeyMaterialId ?? answer.KeyId ?? missing('the name of a key'),
      }
    },
    async open(wrapped, { fields }, signal) {
      const command = new DecryptCommand({ KeyId: key, CiphertextBlob: wrapped, EncryptionContext: { ...fields } })
      const { Plaintext } = await asked(client.send(command, { abortSignal: signal }))
      return Plaintext ?? missing('a data key')
    },
    async rewrap(wrapped, { fields }, signal) {
      const command = new ReEncryptCommand({
        CiphertextBlob: wrapped,
        SourceKeyId: key,
        SourceEncryptionContext: { ...fields },
        DestinationKeyId: key,
        DestinationEncryptionContext: { ...fields },
      })
      const answer = await asked(client.send(command, { abortSignal: signal }))
      return {
        wrapped: answer.CiphertextBlob ?? missing('a wrapped data key'),
        version: answer.DestinationKeyMaterialId ?? answer.KeyId ?? missing('the name of a key'),
      }
    },
    version: newest,
    close: async () => client.destroy(),
  }
}
