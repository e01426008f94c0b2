/**
 * D3. Keys are born where they are used: a private key never crosses a wire, never lies in a plain file of the client, and in no file
 * but its owner's of gateway and API.
 *
 * The attacker reads everything but the memory of the processes and the keychain (or the passphrase): the profile folder, all
 * logs and outputs, the state of the gateway, the whole data folder of the API with its database, and every packet on its way to
 * API and gateway, of a run in which people enrolled, worked, renewed, signed out and signed in again. None of it may hold a
 * private key of a device, session or listener, or what seals them, in any usual encoding. The same search must find the public
 * key of the device where it belongs, and a text that was sent in the clear. The same holds for the key of the gateway and for the root
 * keys of vault and log, which lie in one file each.
 */
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type Agent, type Person, startAgent, Testbed } from '@sallyport/testbed'
import {
  type Canary,
  canary,
  canaryOf,
  capturedStreams,
  packetCapture,
  type SecretService,
  secretService,
  secretServiceSkipReason,
  waitFor,
} from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { takeOwnPorts } from '../support/own-ports.ts'
import { psqlPrints } from '../support/run-psql.ts'
import { openSealedProfile, type Owner, privateBytes, type SealedProfile } from '../support/sealed-profile.ts'

const noKeychain = secretServiceSkipReason()
const probe = await packetCapture([])
const noCapture = probe.kind === 'running' ? null : probe.reason
if (probe.kind === 'running') await probe.stop()
const because = (reason: string | null): string => (reason === null ? '' : ` (${reason})`)

let testbed: Testbed
let keychain: SecretService | null = null
const agents: Agent[] = []

interface Run {
  readonly person: Person
  readonly owner: Owner
  /** What must be nowhere, by what it is. */
  readonly hidden: Map<string, Canary>
  readonly profile: SealedProfile
}
const runs = new Map<'keychain' | 'passphrase', Run>()
/** What is on disk when everything has ended: profiles with their logs, the state of the gateway, the data of the API. */
let files: ReadonlyMap<string, Buffer> = new Map()
/** Streams between clients, API and gateway; empty where nothing can be captured. */
let streams: ReadonlyMap<string, Buffer> = new Map()
const inTheClear = canary()

const environmentOf = (service: SecretService): Record<string, string> =>
  Object.fromEntries(Object.entries(service.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

const work = async (agent: Agent): Promise<void> => {
  await takeOwnPorts(agent)
  expect(await psqlPrints(await agent.url('shop-db/read-only'), 'select 1')).toBe('1')
}

const note = (hidden: Map<string, Canary>, profile: SealedProfile, when: string): void => {
  hidden.set('device key', canaryOf(privateBytes(profile.deviceKey)))
  hidden.set('wrapping key', canaryOf(profile.wrappingKey))
  hidden.set('fingerprint secret', canaryOf(profile.fingerprintSecret))
  for (const [name, key] of [
    ['session key', profile.sessionKey],
    ['loopback key', profile.loopbackKey],
  ] as const) {
    if (key === null) throw new Error(`there is no ${name} ${when}`)
    hidden.set(`${name} ${when}`, canaryOf(privateBytes(key)))
  }
}

/** Everything that a client does with its keys. */
const live = async (name: string, options: { readonly env?: Record<string, string> }, owner: Owner): Promise<Run> => {
  const hidden = new Map<string, Canary>()
  const inKeychain = 'keychain' in owner
  const person = await testbed.addPerson(name, { roles: ['shop: everything'], keychain: inKeychain, ...options })
  await work(person.agent)
  note(hidden, await openSealedProfile(person.agent.profile, owner), 'after enrolment')

  await person.agent.local.call('signOut', {})
  await person.agent.local.call('signIn', { email: person.email, password: person.password })
  await work(person.agent)
  await person.agent.stop()
  // An agent that takes up a session renews it at once.
  const passphraseFile = join(testbed.directory, 'passphrase')
  const { profile } = person.agent
  const again = await startAgent({ profile, name: `${name} again`, ...(inKeychain ? {} : { passphraseFile }), ...options })
  agents.push(again)
  const log = join(profile, 'agent.log')
  await waitFor(async () => (await readFile(log, 'utf8')).includes('session.renewed'), {
    description: 'the session to be renewed',
  })
  await work(again)
  const sealed = await openSealedProfile(profile, owner)
  note(hidden, sealed, 'after signing in again')
  await again.stop()
  return { person, owner, hidden, profile: sealed }
}

/** Every file below a folder with its content, by its path. */
const readFolder = async (folder: string): Promise<Map<string, Buffer>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found = new Map<string, Buffer>()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) found.set(path, await readFile(path))
  }
  return found
}

const sendInTheClear = async (port: number): Promise<void> => {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  socket.end(inTheClear.text)
  await once(socket, 'close')
}

beforeAll(async () => {
  ;[testbed, keychain] = await Promise.all([Testbed.start(), noKeychain === null ? secretService() : null])
  const [gateway] = testbed.gateways
  const ports = [new URL(testbed.api.origin), new URL(testbed.api.gatewayOrigin)].map(({ port }) => Number(port))
  const capture = noCapture === null ? await packetCapture([...ports, gateway!.port]) : null
  const passphrase = await readFile(join(testbed.directory, 'passphrase'), 'utf8')
  await Promise.all([
    live('passphrase-person', {}, { passphrase }).then((run) => runs.set('passphrase', run)),
    keychain === null
      ? null
      : live('keychain-person', { env: environmentOf(keychain) }, { keychain: keychain.env }).then((run) =>
          runs.set('keychain', run),
        ),
  ])
  for (const port of [...ports, gateway!.port]) await sendInTheClear(port)
  if (capture?.kind === 'running') streams = capturedStreams(await capture.stop())
  // The database writes the last of what it holds when it ends.
  await testbed.gateways[0]!.stop()
  await testbed.api.stop()
  files = await readFolder(testbed.directory)
})
afterAll(async () => {
  for (const agent of agents) await agent.stop()
  await testbed.stop()
  await keychain?.stop()
})

const foundIn = (hidden: ReadonlyMap<string, Canary>, named: ReadonlyMap<string, Uint8Array>): string[] =>
  [...hidden].flatMap(([what, one]) =>
    [...named].flatMap(([name, bytes]) => one.findBytes(bytes).map(({ form }) => `${what} as ${form} in ${name}`)),
  )

/** The two coordinates of the point (SEC 1 §2.3.3), as every form of a public key contains them. */
const publicPoint = ({ deviceKey }: SealedProfile): Canary => canaryOf(deviceKey.publicKey.subarray(-64))

describe.each([
  { kind: 'keychain', missing: noKeychain },
  { kind: 'passphrase', missing: null },
] as const)('keys under a $kind', ({ kind, missing }) => {
  const run = (): Run => runs.get(kind)!

  test.skipIf(missing !== null)(`are those that the API knows the device by${because(missing)}`, async () => {
    expect(run().profile.keptBy).toBe(kind)
    // Found in the database by the same search that must not find the private half.
    const sightings = foundIn(new Map([['public key', publicPoint(run().profile)]]), files)
    expect(sightings).toContainEqual(expect.stringContaining(`public key as plain in ${join(testbed.directory, 'api')}`))
    expect(run().hidden.size).toBe(7)
  })

  test.skipIf(missing !== null)(
    `lie in no file: not of the client, its logs, the gateway or the API${because(missing)}`,
    async () => {
      const { profile } = run().person.agent
      expect(foundIn(run().hidden, files)).toEqual([])
      for (const [path, mode] of [
        ['.', 0o700],
        ['identity', 0o600],
      ] as const)
        expect((await stat(join(profile, path))).mode & 0o777).toBe(mode)
      // The log of the run is there to be searched.
      expect(files.get(join(profile, 'agent.log'))!.toString()).toContain('session.renewed')
    },
  )

  test.skipIf(missing !== null)(`are in no output of a program${because(missing)}`, () => {
    const programs = [run().person.agent, ...agents, ...testbed.gateways, testbed.api].map(({ program }) => program)
    const outputs = programs.map((program, index) => [`output ${index}`, Buffer.from(program.lines.join('\n'))] as const)
    expect(outputs.map(([, bytes]) => bytes.length > 0)).not.toContain(false)
    expect(foundIn(run().hidden, new Map(outputs))).toEqual([])
  })

  test.skipIf((missing ?? noCapture) !== null)(`cross no wire${because(missing ?? noCapture)}`, () => {
    const control = foundIn(new Map([['canary', inTheClear]]), streams)
    expect(control).toHaveLength(3)
    expect(foundIn(run().hidden, streams)).toEqual([])
  })
})

test.skipIf(noKeychain !== null)(`the keychain keeps no more than what seals the profile${because(noKeychain)}`, async () => {
  const { hidden } = runs.get('keychain')!
  const kept = await readFolder(keychain!.env['HOME']!)
  expect([...kept.keys()]).toContainEqual(expect.stringContaining('.keyring'))
  expect(foundIn(hidden, kept)).toEqual([])
})

test('keys of gateway, vault and log lie in the file of each alone, are in no output and cross no wire', async () => {
  const { directory, gateways, api } = testbed
  const owners = {
    'gateway key': join(gateways[0]!.state, 'gateway-key.pem'),
    'root key of the vault': join(directory, 'api', 'vault-root-key'),
    'root key of the log': join(directory, 'api', 'log-root-key'),
  } as const
  const secretOf = (path: string): Buffer => {
    const bytes = files.get(path)!
    return path.endsWith('.pem') ? Buffer.from(createPrivateKey(bytes).export({ format: 'jwk' }).d!, 'base64url') : bytes
  }
  const hidden = new Map(Object.entries(owners).map(([what, path]) => [what, canaryOf(secretOf(path))]))
  // A file in another form than the search expects would hide the key from it.
  const plain = Object.values(owners).filter((path) => !path.endsWith('.pem'))
  expect(foundIn(hidden, new Map(plain.map((path) => [path, files.get(path)!])))).toHaveLength(plain.length)
  for (const [what, path] of Object.entries(owners)) {
    const elsewhere = new Map([...files].filter(([name]) => name !== path))
    expect(foundIn(new Map([[what, hidden.get(what)!]]), elsewhere)).toEqual([])
  }
  const outputs = [...gateways, api].map(
    ({ program }, index) => [`output ${index}`, Buffer.from(program.lines.join('\n'))] as const,
  )
  expect(foundIn(hidden, new Map(outputs))).toEqual([])
  expect(foundIn(hidden, streams)).toEqual([])
})
