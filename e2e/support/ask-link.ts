/** Asks a role of the API as another role does, or as somebody who is none. */
import { request } from 'node:https'

interface Identity {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

/** The code of the refusal, null when it was answered; `refused`: no connection, or none that lasts. */
export const askLink = (address: string, identity: Identity | null): Promise<string | null> =>
  new Promise((resolve) => {
    const asking = request(
      address,
      {
        ...identity,
        method: 'POST',
        agent: false,
        // tls-verification: whoever attacks does not care whom they ask
        rejectUnauthorized: false,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const { error } = JSON.parse(Buffer.concat(chunks).toString()) as { error?: { code: string } }
          resolve(error?.code ?? null)
        })
      },
    )
    asking.on('error', () => resolve('refused'))
    asking.end('{}')
  })
