import { text } from 'node:stream/consumers'
import { makeAuthority } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { duplexChannel } from '../channel/duplex-channel.ts'
import { MuxSession } from '../mux/session.ts'
import { digest, pattern, readAll } from '../testing/bytes.ts'
import { GATEWAY_ID, SESSION_ID } from '../testing/channels.ts'
import { sessionPair } from '../testing/sessions.ts'
import { acceptTls, connectTls } from './secure-duplex.ts'
import { readSpiffeId } from './tls-identity.ts'

const RELAY_ID = 'spiffe://tests.example/relay/1'

/** TLS from an agent to a relay, inside a stream to a gateway that only forwards. */
async function throughStream(options: {
  readonly relayId?: string
  readonly strangerRelay?: boolean
  readonly strangerAgent?: boolean
}) {
  const sessions = await sessionPair({})
  const authority = await makeAuthority()
  const stranger = await makeAuthority()
  const relay = await (options.strangerRelay === true ? stranger : authority).issue({ spiffeId: options.relayId ?? RELAY_ID })
  const agent = await (options.strangerAgent === true ? stranger : authority).issue({ spiffeId: SESSION_ID })
  const outer = sessions.client.openStream()
  const inner = await sessions.accepted()
  const accepted = acceptTls(inner, { tls: { ...relay, ca: authority.ca }, timeoutMs: 20_000 })
  const connected = connectTls(outer, { tls: { ...agent, ca: authority.ca }, expectedIdentity: RELAY_ID, timeoutMs: 20_000 })
  accepted.catch(() => undefined)
  connected.catch(() => undefined)
  return { accepted, connected, outer, inner, [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose]() }
}

describe('TLS inside a stream', () => {
  test('carries a whole session of its own', async () => {
    await using link = await throughStream({})
    const client = new MuxSession(duplexChannel(await link.connected), { role: 'client' })
    const { socket, peer } = await link.accepted
    expect(readSpiffeId(peer.certificate)).toBe(SESSION_ID)
    expect(socket.getProtocol()).toBe('TLSv1.3')
    const server = new MuxSession(duplexChannel(socket), { role: 'server', onStream: (stream) => void stream.pipe(stream) })
    const stream = client.openStream()
    const sent = pattern(2_000_000)
    stream.end(sent)
    expect(digest(await readAll(stream))).toBe(digest(sent))
    client.close()
    expect(await server.closed).toMatchObject({ code: 'peer_closed' })
  })

  test('shows the stream below only ciphertext', async () => {
    await using link = await throughStream({})
    const seen: Buffer[] = []
    link.inner.on('data', (chunk: Buffer) => seen.push(chunk))
    const socket = await link.connected
    socket.end('a very visible secret')
    expect(await text((await link.accepted).socket)).toBe('a very visible secret')
    expect(Buffer.concat(seen).includes('visible')).toBe(false)
    expect(seen.length).toBeGreaterThan(0)
  })

  test('another relay of the same authority is refused', async () => {
    await using link = await throughStream({ relayId: GATEWAY_ID })
    await expect(link.connected).rejects.toMatchObject({ code: 'identity_mismatch' })
  })

  test('a relay of another authority is refused', async () => {
    await using link = await throughStream({ strangerRelay: true })
    await expect(link.connected).rejects.toMatchObject({ code: 'peer_untrusted' })
    await expect(link.accepted).rejects.toMatchObject({ name: 'TransportError' })
  })

  test('a client of another authority is refused', async () => {
    await using link = await throughStream({ strangerAgent: true })
    await expect(link.accepted).rejects.toMatchObject({ name: 'TransportError' })
  })

  test('a peer that says nothing times out, one that leaves fails', async () => {
    await using sessions = await sessionPair({})
    const authority = await makeAuthority()
    const tls = { ...(await authority.issue({ spiffeId: RELAY_ID })), ca: authority.ca }
    const silent = sessions.client.openStream()
    await expect(connectTls(silent, { tls, expectedIdentity: RELAY_ID, timeoutMs: 100 })).rejects.toMatchObject({
      code: 'dial_timeout',
    })
    const left = sessions.client.openStream()
    const connecting = connectTls(left, { tls, expectedIdentity: RELAY_ID, timeoutMs: 20_000 })
    left.destroy()
    await expect(connecting).rejects.toMatchObject({ name: 'TransportError' })
    const incoming = sessions.client.openStream()
    await expect(acceptTls(incoming, { tls, timeoutMs: 100 })).rejects.toMatchObject({ name: 'TransportError' })
  })
})
