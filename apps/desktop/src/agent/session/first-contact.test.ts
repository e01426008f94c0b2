import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { makeAuthority, type TestAuthority } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findOrganization } from './first-contact.ts'

const root = Buffer.alloc(400, 7)
const trust = {
  organization: '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21',
  slug: 'acme',
  name: 'Acme',
  trustDomain: 'acme.sallyport.test',
  root: root.toString('base64url'),
  // What it says of itself counts for nothing.
  rootFingerprint: Buffer.alloc(32, 9).toString('base64url'),
}

let authority: TestAuthority
let server: Server
let host: string
const known = getCACertificates('default')

beforeAll(async () => {
  authority = await makeAuthority()
  const { cert, key } = await authority.issue({ dnsNames: ['localhost'] })
  server = createServer({ cert, key, minVersion: 'TLSv1.3' }, (request, response) => {
    const found = request.url === '/v1/organizations/acme/trust'
    const body = found ? trust : { error: { code: 'not_found', message: 'There is no such thing.' } }
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  setDefaultCACertificates(known)
  server.closeAllConnections()
  server.close()
})

describe('an organization that is found by its address', () => {
  it('is refused as long as this computer does not trust the certificate of the address', async () => {
    await expect(findOrganization(`${host}/acme`)).rejects.toMatchObject({
      code: 'certificate_invalid',
      message: expect.stringContaining('not one that this computer trusts'),
    })
  })

  it('is known by the fingerprint of the root that it showed, not by what it says of itself', async () => {
    setDefaultCACertificates([...known, authority.ca])
    expect(await findOrganization(`https://${host}/acme`)).toEqual({
      api: `https://${host}`,
      organization: 'acme',
      name: 'Acme',
      rootFingerprint: createHash('sha256').update(root).digest('base64url'),
    })
  })

  it('must have the name that its certificate is for', async () => {
    setDefaultCACertificates([...known, authority.ca])
    const other = host.replace('localhost', '127.0.0.1')
    await expect(findOrganization(`${other}/acme`)).rejects.toMatchObject({ code: 'certificate_invalid' })
  })

  it('is told apart from one that is not there, an address without one, and a place where nobody answers', async () => {
    setDefaultCACertificates([...known, authority.ca])
    await expect(findOrganization(`${host}/other`)).rejects.toMatchObject({ code: 'not_found' })
    await expect(findOrganization(host)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(findOrganization('http://localhost/acme')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(findOrganization('https://localhost:1/acme')).rejects.toMatchObject({ code: 'api_unreachable' })
  })
})
