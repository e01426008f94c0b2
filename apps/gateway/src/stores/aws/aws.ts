/**
 * AWS Secrets Manager, through the vendor's own clients: the lease's token buys a quarter of an hour as a role
 * (AssumeRoleWithWebIdentity), and only for what its tags allow.
 */
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { SallyportError } from '@sallyport/protocol'
import { passwordIn, withPassword } from '../password.ts'
import type { FetchFromStore, ReplaceInStore, StoreReference, StoreServices } from '../store.ts'
import { failureOf } from './failures.ts'
import { awsRequestHandler } from './request-handler.ts'

/** Seconds; the shortest that there is. */
const ROLE_LIFETIME = 900
/** What CloudTrail calls it; who it was stands in the tags. */
const SESSION_NAME = 'sallyport-lease'

const arn = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):/

/** Instead of the region's own, for tests. */
export interface AwsAddresses {
  readonly tokenService: string
  readonly secretsManager: string
  readonly authority: string
}

const missing = (what: string): never => {
  throw new SallyportError('store_unreachable', { cause: new Error(`an answer without ${what}`) })
}

const checkRegion = ({ location, path }: StoreReference<'aws'>): void => {
  const region = arn.exec(path)?.[1]
  if (region !== undefined && region !== location.region) throw new SallyportError('store_wrong_region')
}

interface Call {
  readonly services: StoreServices
  readonly signal: AbortSignal
  readonly addresses: AwsAddresses | null
}

/** A client that acts as the role. */
const signIn = async ({ location, token }: StoreReference<'aws'>, { services, signal, addresses }: Call) => {
  const common = {
    region: location.region,
    // How often is asked is decided above all drivers.
    maxAttempts: 1,
    requestHandler: awsRequestHandler(services, signal, addresses?.authority),
  }
  const at = (endpoint: string | undefined) => (endpoint === undefined ? {} : { endpoint })
  const tokens = new STSClient({ ...common, ...at(addresses?.tokenService) })
  const { Credentials: bought } = await tokens.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: location.role,
      RoleSessionName: SESSION_NAME,
      WebIdentityToken: token,
      DurationSeconds: ROLE_LIFETIME,
    }),
  )
  const credentials = {
    accessKeyId: bought?.AccessKeyId ?? missing('an access key'),
    secretAccessKey: bought?.SecretAccessKey ?? missing('a secret access key'),
    sessionToken: bought?.SessionToken ?? missing('a session token'),
  }
  return new SecretsManagerClient({ ...common, ...at(addresses?.secretsManager), credentials })
}

const read = async (secrets: SecretsManagerClient, path: string): Promise<string> => {
  const { SecretString: text } = await secrets.send(new GetSecretValueCommand({ SecretId: path }))
  if (text === undefined) throw new SallyportError('store_secret_unusable', { cause: new Error('bytes, not a text') })
  return text
}

export const fetchingFromAws =
  (addresses: AwsAddresses | null = null): FetchFromStore<'aws'> =>
  async (reference, services, signal) => {
    checkRegion(reference)
    try {
      const text = await read(await signIn(reference, { services, signal, addresses }), reference.path)
      return { password: passwordIn(text, reference.field), userName: null, hold: null }
    } catch (cause) {
      throw failureOf(cause)
    }
  }

export const replacingInAws =
  (addresses: AwsAddresses | null = null): ReplaceInStore<'aws'> =>
  async (reference, { next }, call) => {
    checkRegion(reference)
    const { path, field } = reference
    try {
      const secrets = await signIn(reference, { ...call, addresses })
      const before = await read(secrets, path)
      const after = next === null ? before : withPassword(before, field, next)
      if (next === null || after !== before)
        await secrets.send(new PutSecretValueCommand({ SecretId: path, SecretString: after }))
      return null
    } catch (cause) {
      throw failureOf(cause)
    }
  }
