/**
 * An honest fake of an S3-compatible object store, as far as it is used here, under the vendor's own client: it verifies Signature
 * Version 4 and checksums, locks objects only in buckets made for it, and refuses in the service's own words.
 */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FakeRequest } from '@sallyport/testkit'
import { refuseSignature } from '@sallyport/testkit'

export interface StoredObject {
  readonly key: string
  readonly body: Buffer
  readonly lock: { readonly mode: string; readonly until: string } | null
}

export interface FakeObjectStoreOptions {
  readonly buckets: Readonly<Record<string, { readonly objectLock: boolean }>>
}

const REGION = 'eu-central-1'

class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const read = async (request: IncomingMessage): Promise<FakeRequest> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) }
}

const headerOf = ({ headers }: FakeRequest, name: string): string | null => {
  const value = headers[name]
  return typeof value === 'string' ? value : null
}

/** A lock needs a checksum of the body, so that nothing broken is kept for years. */
const checkBody = (request: FakeRequest, needed: boolean): void => {
  const sent = headerOf(request, 'x-amz-checksum-sha256')
  if (sent === null) {
    if (needed)
      throw new Refusal(
        400,
        'InvalidRequest',
        'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
      )
  } else if (sent !== createHash('sha256').update(request.body).digest('base64')) {
    throw new Refusal(400, 'BadDigest', 'The SHA256 you specified did not match the calculated checksum.')
  }
  if (headerOf(request, 'x-amz-content-sha256') !== createHash('sha256').update(request.body).digest('hex')) {
    throw new Refusal(
      400,
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    )
  }
}

const lockOf = (request: FakeRequest): StoredObject['lock'] => {
  const [mode, until] = [headerOf(request, 'x-amz-object-lock-mode'), headerOf(request, 'x-amz-object-lock-retain-until-date')]
  if (mode === null && until === null) return null
  if (mode === null || until === null || !(Date.parse(until) > Date.now())) {
    throw new Refusal(400, 'InvalidArgument', 'The retain until date must be in the future!')
  }
  return { mode, until: new Date(until).toISOString() }
}

export const startFakeObjectStore = async ({ buckets }: FakeObjectStoreOptions) => {
  const credentials = { accessKeyId: 'AKIAFAKE', secretAccessKey: randomBytes(20).toString('hex') }
  const stored = new Map(Object.keys(buckets).map((bucket) => [bucket, new Map<string, StoredObject>()]))
  let failing = 0

  const put = (request: FakeRequest, { bucket, key }: { readonly bucket: string; readonly key: string }): string => {
    const objects = stored.get(bucket)!
    const lock = lockOf(request)
    checkBody(request, lock !== null)
    if (lock !== null && !buckets[bucket]!.objectLock) {
      throw new Refusal(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration')
    }
    if (headerOf(request, 'if-none-match') === '*' && objects.has(key)) {
      throw new Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
    }
    objects.set(key, { key, body: request.body, lock })
    return ''
  }

  const answer = (request: FakeRequest): string => {
    if (failing > 0) {
      failing -= 1
      throw new Refusal(503, 'SlowDown', 'Please reduce your request rate.')
    }
    const refused = refuseSignature(request, new Map([[credentials.accessKeyId, credentials.secretAccessKey]]), {
      region: REGION,
      service: 's3',
    })
    if (refused !== null) throw new Refusal(403, 'SignatureDoesNotMatch', refused.message)
    const url = new URL(request.target, 'http://fake')
    const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/')
    if (!stored.has(bucket)) throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist')
    if (request.method === 'GET' && url.searchParams.has('object-lock')) {
      if (!buckets[bucket]!.objectLock) {
        throw new Refusal(404, 'ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket')
      }
      return '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
    }
    if (request.method === 'PUT' && rest.join('/') !== '') return put(request, { bucket, key: rest.join('/') })
    throw new Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
  }

  const server = createServer((incoming, outgoing) => {
    const respond = async (): Promise<void> => {
      const request = await read(incoming)
      try {
        const body = answer(request)
        outgoing.writeHead(200, { 'content-type': 'application/xml' }).end(body)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`
        outgoing.writeHead(error.status, { 'content-type': 'application/xml' }).end(body)
      }
    }
    respond().catch((error: unknown) => outgoing.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    region: REGION,
    credentials,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: (bucket: string): readonly StoredObject[] => [...stored.get(bucket)!.values()],
    /** The next requests are refused as those of somebody who asks too often. */
    fail: (requests: number): void => {
      failing = requests
    },
    close: async (): Promise<void> => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
