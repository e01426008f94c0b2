/** Verifies AWS Signature Version 4 as the service does: from the request as it came and the secret key of who it names. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { FakeRequest } from './fake-server.ts'

export interface SigningScope {
  readonly region: string
  readonly service: string
}

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/
const MAX_SKEW = 5 * 60_000

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

const momentOf = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'))

export interface SignatureRefusal {
  readonly type: 'InvalidSignatureException' | 'UnrecognizedClientException' | 'IncompleteSignature'
  readonly message: string
}

const refused = (type: SignatureRefusal['type'], message = ''): SignatureRefusal => ({ type, message })

/** Null when it is signed by a known key for this region and service; otherwise what the service answers. */
export const refuseSignature = (
  request: FakeRequest,
  secretKeys: ReadonlyMap<string, string>,
  scope: SigningScope,
): SignatureRefusal | null => {
  const parsed = pattern.exec(request.headers.authorization ?? '')
  const stamp = request.headers['x-amz-date']
  if (parsed === null || typeof stamp !== 'string') return refused('IncompleteSignature')
  const [, accessKey, date, region, service, signedHeaders, signature] = parsed as unknown as string[]
  const secretKey = secretKeys.get(accessKey!)
  if (secretKey === undefined) return refused('UnrecognizedClientException')
  const names = signedHeaders!.split(';')
  if (!names.includes('host') || !names.includes('x-amz-date')) return refused('IncompleteSignature')
  if (!(Math.abs(momentOf(stamp) - Date.now()) <= MAX_SKEW) || !stamp.startsWith(date!))
    return refused('InvalidSignatureException')
  if (region !== scope.region) return refused('InvalidSignatureException', 'Credential should be scoped to a valid region.')
  if (service !== scope.service) return refused('InvalidSignatureException')
  const url = new URL(request.target, 'http://fake')
  const headerLines = names.map(
    (name) =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}\n`,
  )
  const canonical = [
    ...[request.method, url.pathname, url.searchParams.toString(), headerLines.join('')],
    ...[signedHeaders!, sha256(request.body)],
  ].join('\n')
  const scopeText = `${date}/${region}/${service}/aws4_request`
  const key = [region!, service!, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretKey}`, date!))
  const expected = hmac(key, ['AWS4-HMAC-SHA256', stamp, scopeText, sha256(canonical)].join('\n'))
  return timingSafeEqual(expected, Buffer.from(signature!, 'hex')) ? null : refused('InvalidSignatureException')
}
