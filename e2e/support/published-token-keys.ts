/** The keys that sign tokens for third-party stores, as a store reads them: unsigned, over the API's own TLS. */
import type { PublishedKey } from '@sallyport/testkit'
import { expect } from 'vitest'
import { z } from 'zod'
import type { RawClient } from './raw-client.ts'

const configuration = z.object({ issuer: z.string(), jwks_uri: z.string() })
const published = z.object({ keys: z.array(z.looseObject({ kid: z.string(), alg: z.string() })) })

export const publishedTokenKeys = async (client: RawClient, issuer: string): Promise<readonly PublishedKey[]> => {
  const read = async (targetUri: string): Promise<unknown> => {
    const answer = await client.sendRaw({ method: 'GET', targetUri, fields: {}, body: new Uint8Array() })
    if (answer.code !== null) throw new Error(`${targetUri}: ${answer.text}`)
    return answer.json
  }
  const { issuer: named, jwks_uri: keys } = configuration.parse(await read(`${issuer}/.well-known/openid-configuration`))
  expect(named).toBe(issuer)
  return published.parse(await read(keys)).keys as PublishedKey[]
}
