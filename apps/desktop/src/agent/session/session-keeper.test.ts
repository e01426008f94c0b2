/** Sessions against an API that tells their end over the event socket before it answers who asked for it, as a busy one does. */
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { controlSubprotocols, signStatement, toBase64url, trustBundle } from '@sallyport/protocol'
import { routes } from '@sallyport/protocol/api'
import { makeTemporaryDirectory, waitFor } from '@sallyport/testkit'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createLoopbackCertificate, toPem } from '../identity/certificates.ts'
import { openIdentity } from '../identity/identity-store.ts'
import { generatePrivateKey, privateKeyPem, signerOf } from '../identity/key-pair.ts'
import { SessionKeeper } from './session-keeper.ts'

const ORGANIZATION = '018f0000-0000-7000-8000-000000000001'
const TRUST_DOMAIN = 'acme.sallyport.internal'
const HOUR = 3_600_000

/** Whatever ends a session, its socket is closed first, and only then the call is answered. */
const startHastyApi = async (certificate: { readonly key: string; readonly certificate: string }) => {
  const server = createServer({ key: privateKeyPem(certificate.key), cert: toPem([certificate.certificate]) })
  const sockets = new WebSocketServer({ server, handleProtocols: () => controlSubprotocols.agent })
  const endSession = () =>
    Promise.all(
      [...sockets.clients].map((socket: WebSocket) => {
        socket.close(4401, 'session_revoked')
        return once(socket, 'close')
      }),
    )
  server.on('request', ({ method, url }, response) => {
    const isKnown = method === routes.endSession.method && url === routes.endSession.path
    if (!isKnown) response.writeHead(503).end()
    else
      endSession().then(
        () => setImmediate(() => response.writeHead(204).end()),
        () => response.destroy(),
      )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, endSession, connections: () => sockets.clients.size }
}

const signedIn = async () => {
  const folder = await makeTemporaryDirectory()
  onTestFinished(() => folder.remove())
  const [root, key] = [await createLoopbackCertificate(Date.now()), await generatePrivateKey()]
  const api = await startHastyApi(root)
  const id = toBase64url(new Uint8Array(32))
  const bundle = await signStatement(
    trustBundle,
    {
      version: 1,
      number: 5,
      organization: ORGANIZATION,
      trustDomain: TRUST_DOMAIN,
      issuedAt: Date.now(),
      roots: [root.certificate],
      issuers: [root.certificate],
      vaultKeys: [{ id, publicKey: id }],
      receiptKeys: [{ id, publicKey: root.certificate }],
      gateways: [],
    },
    [await signerOf(root.key)],
  )
  const identity = await openIdentity(join(folder.path, 'identity'), 'a passphrase of tests')
  await identity.change(() => ({
    device: crypto.randomUUID(),
    deviceState: { counter: 1, value: toBase64url(new Uint8Array(16)) },
    enrolment: {
      api: api.origin,
      apiRoot: root.certificate,
      organization: { id: ORGANIZATION, slug: 'acme', name: 'Acme', trustDomain: TRUST_DOMAIN },
      root: root.certificate,
      trustBundle: bundle,
      trustNumber: 5,
    },
    session: {
      id: crypto.randomUUID(),
      label: 'a1b2c3d4',
      expiresAt: Date.now() + HOUR,
      user: { id: crypto.randomUUID(), email: 'ada@acme.example', firstName: 'Ada', lastName: 'Lovelace' },
      key,
      certificates: [root.certificate],
      certifiedAt: Date.now(),
      certificateExpiresAt: Date.now() + HOUR,
    },
  }))
  const keeper = new SessionKeeper(identity, pino({ level: 'silent' }))
  onTestFinished(() => keeper.stop())
  await keeper.resume()
  await waitFor(() => api.connections() === 1, { description: 'the event socket' })
  return { keeper, api, identity }
}

test('who signed out is not told that the session was ended by somebody', async () => {
  const { keeper, identity } = await signedIn()
  const told: string[] = []
  keeper.changes.listen((topic) => told.push(topic))
  await keeper.signOut()
  expect(keeper.state).toBe('signed-out')
  expect(keeper.ended).toBeNull()
  expect(identity.document.session).toBeNull()
  expect(told.filter((topic) => topic === 'session')).toHaveLength(1)
})

test('the end of a session leaves the one that a sign-in has put in its place', async () => {
  const { keeper, api, identity } = await signedIn()
  const next = crypto.randomUUID()
  await identity.change(({ session }) => ({ session: { ...session!, id: next } }))
  await api.endSession()
  await waitFor(() => keeper.running === null, { description: 'the end of the session' })
  await identity.settle()
  expect(identity.document.session?.id).toBe(next)
})
