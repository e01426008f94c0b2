/** How an administrator names a key management service: `aws:<ARN>`, `transit:https://host/<mount>/<key>`, … */
import type { KmsSource } from './kms-source.ts'

export interface KmsFiles {
  readonly transitToken: string | undefined
  readonly transitAuthority: string | undefined
}

const awsArn = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]+$/

const parseTransit = (text: string, files: KmsFiles): KmsSource | string => {
  const url = URL.canParse(text) ? new URL(text) : null
  const [, mount, key] = /^\/(.+)\/([^/]+)$/.exec(url?.pathname ?? '') ?? []
  if (url?.protocol !== 'https:' || mount === undefined || key === undefined || url.search !== '' || url.username !== '') {
    return 'transit:https://host[:port]/<mount>/<key> is expected'
  }
  if (files.transitToken === undefined) return 'SALLYPORT_TRANSIT_TOKEN_FILE is needed with transit:'
  const where = { address: url.origin, mount, key: decodeURIComponent(key) }
  return { driver: 'transit', ...where, tokenFile: files.transitToken, authorityFile: files.transitAuthority ?? null }
}

const parsers: Readonly<Record<string, (text: string, files: KmsFiles) => KmsSource | string>> = {
  aws: (key) => (awsArn.test(key) ? { driver: 'aws', key } : 'aws:<ARN of a key or an alias> is expected'),
  transit: parseTransit,
}

/** Text: what is wrong with it. */
export const parseKmsSource = (text: string, files: KmsFiles): KmsSource | string => {
  const [scheme = ''] = text.split(':', 1)
  const parse = Object.hasOwn(parsers, scheme) ? parsers[scheme] : undefined
  if (!parse) return `file, passphrase, keychain, or ${Object.keys(parsers).join(':…, ')}:… is expected`
  return parse(text.slice(scheme.length + 1), files)
}
