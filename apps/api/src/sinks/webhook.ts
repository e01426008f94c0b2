/** Webhooks, signed as Standard Webhooks says (version 1.0.0, symmetric signatures). */
import { createHmac } from 'node:crypto'
import type { Deliver } from './delivery.ts'
import { post } from './post.ts'

export const deliverToWebhook: Deliver<'webhook'> = async ({ destination, secret, batch, signal }, { outward, clock }) => {
  if (secret?.kind !== 'signing-key') throw new Error('it has no key to sign with')
  const { organization, sink, stream, first, last, events } = batch
  const now = clock()
  const body = JSON.stringify({
    type: stream === 'log' ? 'sallyport.audit' : 'sallyport.activity',
    timestamp: new Date(now).toISOString(),
    data: { organization, events },
  })
  // The same numbers have the same id, so that a receiver knows what it has taken.
  const id = `${stream === 'log' ? sink : `${sink}.${stream}`}.${first}-${last}`
  const timestamp = String(Math.floor(now / 1000))
  const signature = createHmac('sha256', Buffer.from(secret.key, 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  await post({ url: destination.url, body, headers, certificates: destination.certificates, signal }, outward)
}
