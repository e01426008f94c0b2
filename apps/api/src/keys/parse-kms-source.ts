/** How an administrator names a key management service: `aws:<ARN>`, `transit:https://host/<mount>/<key>`, … */
import { isLoopback } from '../program/loopback.ts'
import type { AzureIdentity, KmsSource } from './kms-source.ts'

export interface KmsSettings {
  readonly transitToken: string | undefined
  readonly transitAuthority: string | undefined
  readonly googleEndpoint: string | undefined
  readonly azure: {
    readonly tenant: string | undefined
    readonly client: string | undefined
    readonly tokenFile: string | undefined
    readonly secretFile: string | undefined
    readonly authority: string | undefined
  }
  readonly pkcs11Pin: string | undefined
}

const awsArn = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]+$/

const parseTransit = (text: string, settings: KmsSettings): KmsSource | string => {
  const url = URL.canParse(text) ? new URL(text) : null
  const [, mount, key] = /^\/(.+)\/([^/]+)$/.exec(url?.pathname ?? '') ?? []
  if (url?.protocol !== 'https:' || mount === undefined || key === undefined || url.search !== '' || url.username !== '') {
    return 'transit:https://host[:port]/<mount>/<key> is expected'
  }
  if (settings.transitToken === undefined) return 'SALLYPORT_TRANSIT_TOKEN_FILE is needed with transit:'
  const where = { address: url.origin, mount, key: decodeURIComponent(key) }
  return { driver: 'transit', ...where, tokenFile: settings.transitToken, authorityFile: settings.transitAuthority ?? null }
}

/** Of a service that has several addresses; null: it is none. What is asked there is not to be seen on the way to another computer. */
const parseOrigin = (text: string): string | null => {
  const url = URL.canParse(text) ? new URL(text) : null
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  return isSafe && url.href === `${url.origin}/` ? url.origin : null
}

/** Text: what is wrong. */
const parseIdentity = (settings: KmsSettings['azure']): AzureIdentity | string => {
  const { tenant, client, tokenFile, secretFile } = settings
  if (tokenFile === undefined && secretFile === undefined) return { kind: 'managed', client: client ?? null }
  if (tenant === undefined || client === undefined) {
    return 'SALLYPORT_AZURE_TENANT and SALLYPORT_AZURE_CLIENT are needed with a token or a secret'
  }
  const authority = parseOrigin(settings.authority ?? 'https://login.microsoftonline.com')
  if (authority === null) return 'AZURE_AUTHORITY_HOST: https://host[:port] is expected'
  const registered = { tenant, client, authority }
  if (tokenFile !== undefined) return { kind: 'federated', ...registered, tokenFile }
  return { kind: 'secret', ...registered, secretFile: secretFile! }
}

const parseAzure = (text: string, { azure }: KmsSettings): KmsSource | string => {
  const url = URL.canParse(text) ? new URL(text) : null
  const [, key] = /^\/keys\/([0-9A-Za-z-]{1,127})$/.exec(url?.pathname ?? '') ?? []
  if (url?.protocol !== 'https:' || key === undefined) return 'azure:https://<vault>/keys/<name> is expected'
  const identity = parseIdentity(azure)
  return typeof identity === 'string' ? identity : { driver: 'azure', vault: url.origin, key, identity }
}

/** RFC 7512, as far as it is needed: `token=…;object=…?module-path=…`. */
const parsePkcs11 = (text: string, { pkcs11Pin }: KmsSettings): KmsSource | string => {
  const [path = '', query = ''] = text.split('?')
  const attributes = new Map(
    [...path.split(';'), ...query.split('&')].map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at), part.slice(at + 1)] as const
    }),
  )
  const read = (name: string): string => {
    try {
      return decodeURIComponent(attributes.get(name) ?? '')
    } catch {
      return ''
    }
  }
  const [token, key, module] = [read('token'), read('object'), read('module-path')]
  if (token === '' || key === '' || !module.startsWith('/')) {
    return 'pkcs11:token=<label>;object=<label>?module-path=</path of the library> is expected'
  }
  if (pkcs11Pin === undefined) return 'SALLYPORT_PKCS11_PIN_FILE is needed with pkcs11:'
  return { driver: 'pkcs11', module, token, key, pinFile: pkcs11Pin }
}

const googleKey = /^projects\/[\w:.-]+\/locations\/[\w-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/

const parseGoogle = (key: string, { googleEndpoint }: KmsSettings): KmsSource | string => {
  if (!googleKey.test(key)) return 'google:projects/…/cryptoKeys/… is expected'
  const endpoint = parseOrigin(googleEndpoint ?? 'https://cloudkms.googleapis.com')
  return endpoint === null ? 'SALLYPORT_GOOGLE_ENDPOINT: https://host[:port] is expected' : { driver: 'google', key, endpoint }
}

const parsers: Readonly<Record<string, (text: string, settings: KmsSettings) => KmsSource | string>> = {
  aws: (key) => (awsArn.test(key) ? { driver: 'aws', key } : 'aws:<ARN of a key or an alias> is expected'),
  google: parseGoogle,
  azure: parseAzure,
  transit: parseTransit,
  pkcs11: parsePkcs11,
}

/** Text: what is wrong with it. */
export const parseKmsSource = (text: string, settings: KmsSettings): KmsSource | string => {
  const [scheme = ''] = text.split(':', 1)
  const parse = Object.hasOwn(parsers, scheme) ? parsers[scheme] : undefined
  if (!parse) return `file, passphrase, keychain, or ${Object.keys(parsers).join(':…, ')}:… is expected`
  return parse(text.slice(scheme.length + 1), settings)
}
