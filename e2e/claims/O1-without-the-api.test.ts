/**
 * O1: a gateway cut off from the API fails closed when its leases end.
 *
 * The attacker was granted access for a while, is connected, holds on to the connection and renews nothing. Then the API is taken
 * away from the gateway: nobody can tell it anything any more.
 */
import { Testbed } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient } from '../support/raw-client.ts'
import { openStream, queryPostgres, refusalOf, startPostgres } from '../support/raw-stream.ts'

const LIFETIME_MS = 40_000

let testbed: Testbed
let person: RawClient

beforeAll(async () => {
  testbed = await Testbed.start()
  person = await RawClient.enrol((await testbed.invite('mallory')).invitation)
})
afterAll(async () => {
  person?.close()
  await testbed?.stop()
})

test('a gateway that lost the API serves on until the lease ends, opens nothing new, and then closes', async () => {
  const entry = await person.gateway()
  const mux = await person.dialGateway(entry)
  const open = async (credential: string): ReturnType<typeof openStream> => {
    const ticket = await person.makeTicket({ gateway: entry.id, credential })
    return openStream(mux, { type: 'open', ticket: ticket.text, share: ticket.share, caller: null })
  }
  const { 'read-write': granted, 'owner': other } = testbed.database.credentials
  const end = Date.now() + LIFETIME_MS
  const body = { user: person.user, credential: granted!, expiresAt: new Date(end).toISOString() }
  await testbed.owner.agent.api('createGrant', { body })
  const { stream, answer } = await open(granted!)
  expect(refusalOf(answer)).toBeNull()
  await startPostgres(stream, testbed.shop.database)
  const closed = new Promise<number>((resolve) => stream.once('close', () => resolve(Date.now())))

  testbed.api.program.kill('SIGKILL')
  await testbed.api.program.exited
  expect(await queryPostgres(stream, 'select 41 + 1')).toBe('42')
  await waitFor(async () => refusalOf((await open(other!)).answer) === 'gateway_isolated', {
    description: 'the gateway to notice that it is cut off',
    timeoutMs: 120_000,
  })
  stream.resume()
  // Give or take a clock that was set meanwhile.
  expect(await closed).toBeGreaterThan(end - 8_000)
  expect(await closed).toBeLessThan(end + 20_000)
})
