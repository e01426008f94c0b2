/** JSON lines as objects of an S3-compatible store, through the vendor's own client. */
import { Agent as PlainAgent } from 'node:http'
import { Agent } from 'node:https'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Deliver } from './delivery.ts'
import { lineOf, timeOf } from './event.ts'

/** Numbers are as long as this in names, so that names are in the order of the log. */
const DIGITS = 12
const padded = (index: number): string => String(index).padStart(DIGITS, '0')

/** A name says which numbers are in it; an object that was written twice has the same lines. */
export const deliverToObjectStore: Deliver<'object-store'> = async ({ destination, secret, batch, signal }, { outward }) => {
  const { endpoint, region, bucket, prefix } = destination
  if (secret?.kind !== 'access-key') throw new Error('it has no access key')
  if (endpoint !== null) {
    const { hostname, protocol } = new URL(endpoint)
    outward.demand(hostname)
    if (protocol !== 'https:' && !outward.isAllowed(hostname)) {
      throw new Error('without TLS it may only be in a network that the operator named, by its address')
    }
  }
  const { lookup } = outward
  const client = new S3Client({
    region,
    maxAttempts: 1,
    credentials: { accessKeyId: secret.id, secretAccessKey: secret.secret },
    requestHandler: { httpsAgent: new Agent({ lookup }), httpAgent: new PlainAgent({ lookup }) },
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
  })
  const { organization, stream, first, last } = batch
  const folder = stream === 'log' ? organization : `${organization}/${stream}`
  const day = new Date(timeOf(batch.events[0]!)).toISOString().slice(0, 10).replaceAll('-', '/')
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${prefix}${folder}/${day}/${padded(first)}-${padded(last)}.jsonl`,
        Body: batch.events.map((event) => `${lineOf(event)}\n`).join(''),
        ContentType: 'application/x-ndjson',
        ChecksumAlgorithm: 'SHA256',
      }),
      { abortSignal: signal },
    )
  } finally {
    client.destroy()
  }
}
