/** Where unlocks are written before anywhere else: how an administrator names it. */

export type UnlockLogSource =
  /** `url`: of a login that may insert and nothing else; it holds a password. */
  | { readonly kind: 'postgresql'; readonly url: string }
  | {
      readonly kind: 'object-store'
      readonly bucket: string
      /** In front of every name; empty, or with a slash at its end. */
      readonly prefix: string
      readonly region: string
      /** Instead of the region's own. */
      readonly endpoint: string | null
      /** For how long nobody may delete what was written, the account's owner included. */
      readonly retentionDays: number
    }

const MAX_RETENTION_DAYS = 36_500
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const prefixPattern = /^(?:[\w.-]{1,64}\/){0,8}$/
const regionName = /^[a-z0-9-]{1,64}$/

const parseEndpoint = (text: string | null): string | null | undefined => {
  if (text === null) return null
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text ? text : undefined
}

const parseObjectStore = (url: URL): UnlockLogSource | string => {
  const expected = 's3://<bucket>/<prefix>/?region=<region>&retention-days=<days>[&endpoint=https://host] is expected'
  const [bucket, path] = [url.hostname, url.pathname.slice(1)]
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`
  const region = url.searchParams.get('region') ?? ''
  const days = url.searchParams.get('retention-days') ?? ''
  const endpoint = parseEndpoint(url.searchParams.get('endpoint'))
  const known = [...url.searchParams.keys()].every((name) => ['region', 'retention-days', 'endpoint'].includes(name))
  const fits = bucketName.test(bucket) && prefixPattern.test(prefix) && regionName.test(region) && known
  const retentionDays = /^\d{1,5}$/.test(days) ? Number(days) : 0
  if (!fits || endpoint === undefined || retentionDays < 1 || retentionDays > MAX_RETENTION_DAYS) return expected
  return { kind: 'object-store', bucket, prefix, region, endpoint, retentionDays }
}

/** Text: what is wrong with it. */
export const parseUnlockLogSource = (text: string): UnlockLogSource | string => {
  // A URL of PostgreSQL may lead to a socket, and is then none to others.
  if (/^postgres(?:ql)?:\/\//.test(text)) return { kind: 'postgresql', url: text }
  const url = text.startsWith('s3://') && URL.canParse(text) ? new URL(text) : null
  return url === null ? 'postgresql://… or s3://… is expected' : parseObjectStore(url)
}
