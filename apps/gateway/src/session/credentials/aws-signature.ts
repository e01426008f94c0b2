/**
 * AWS Signature Version 4 in the query of an address (AWS Identity and Access Management user guide, "Create a signed AWS API
 * request" and "Authenticating requests: using query parameters"). Pure: time and key come in, the address goes out.
 *
 *   canonical request  method \n path \n query \n headers \n\n signed headers \n payload hash
 *   text to sign       "AWS4-HMAC-SHA256" \n time \n scope \n hex(SHA-256(canonical request))
 *   signing key        HMAC(HMAC(HMAC(HMAC("AWS4" secret, date), region), service), "aws4_request")
 */
import { createHash, createHmac } from 'node:crypto'

const ALGORITHM = 'AWS4-HMAC-SHA256'

export interface AwsKey {
  readonly accessKeyId: string
  /** Never turned into a string. */
  readonly secretAccessKey: Buffer
}

export interface PresignedRequest {
  readonly method: 'GET'
  /** With the port, where it is not that of the scheme. */
  readonly host: string
  /** As it is sent: encoded. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly region: string
  readonly service: string
  /** Seconds from `now`. */
  readonly expiresIn: number
  /** Milliseconds since 1970. */
  readonly now: number
  /** SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD`. */
  readonly payload: string
}

/** RFC 3986 §2.3: what is unreserved stays, every other byte is encoded, in capitals. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** `20150830T123600Z` */
const basicTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')

export interface AwsScope {
  /** `20150830` */
  readonly date: string
  readonly region: string
  readonly service: string
}

/** The caller overwrites the result. */
export const awsSigningKey = (secretAccessKey: Buffer, { date, region, service }: AwsScope): Buffer => {
  let key: Buffer = Buffer.concat([Buffer.from('AWS4'), secretAccessKey])
  for (const part of [date, region, service, 'aws4_request']) {
    const next = hmac(key, part)
    key.fill(0)
    key = next
  }
  return key
}

/** Host, path and query of the signed request, without a scheme. Valid for `expiresIn` seconds. */
export const presign = (request: PresignedRequest, key: AwsKey): string => {
  const time = basicTime(request.now)
  const scope = { date: time.slice(0, 8), region: request.region, service: request.service }
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`
  const parameters = {
    ...request.query,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${key.accessKeyId}/${scopeText}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(request.expiresIn),
    'X-Amz-SignedHeaders': 'host',
  }
  const query = Object.entries(parameters)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&')
  const canonical = [request.method, request.path, query, `host:${request.host}`, '', 'host', request.payload].join('\n')
  const toSign = [ALGORITHM, time, scopeText, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const signingKey = awsSigningKey(key.secretAccessKey, scope)
  const signature = createHmac('sha256', signingKey).update(toSign).digest('hex')
  signingKey.fill(0)
  return `${request.host}${request.path}?${query}&X-Amz-Signature=${signature}`
}
