import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CryptographyClientOptions } from '@azure/keyvault-keys'
import { startFakeAzureKeyVault } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AzureIdentity } from '../../keys/kms-source.ts'
import { serviceKms } from '../service-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'
import { answering, hanging, kmsFaults } from '../testing/kms-faults.ts'
import { quick } from '../testing/quick-patience.ts'
import { usualPatience } from '../patience.ts'
import { azureService } from './azure.ts'
import { azureCredential } from './credential.ts'

type Fake = Awaited<ReturnType<typeof startFakeAzureKeyVault>>
let folder: string
let fake: Fake
let one: ReturnType<Fake['createKey']>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-azure-'))
  fake = await startFakeAzureKeyVault(folder)
  one = fake.createKey('one')
  fake.createKey('two')
})
afterAll(async () => {
  await fake.close()
  await rm(folder, { recursive: true })
})

/** Trusts the fake's certificate. */
const clientOptions = (): CryptographyClientOptions => ({
  additionalPolicies: [
    {
      position: 'perCall',
      policy: {
        name: 'trust',
        sendRequest: (request, next) => {
          request.tlsSettings = { ca: fake.ca }
          return next(request)
        },
      },
    },
  ],
})
const open = (key: string, identity: AzureIdentity = fake.identity, patience = quick) => {
  const credential = azureCredential(identity)
  const present = azureService({ vault: fake.server.origin, key, credential, client: clientOptions() })
  return serviceKms({ present, patience })
}
const context = { purpose: 'secret', organization: 'a', version: 7 }
const key = randomBytes(32)

kmsConformance('Azure', {
  open: async () => open('one'),
  openOther: async () => open('two'),
  rotateKey: () => {
    one.rotate()
  },
})

const server = () => fake.server
const refusing = (status: number, code: string, message = code) =>
  answering(server, { status, body: { error: { code, message } } })

kmsFaults('Azure', {
  open: (patience) => open('one', fake.identity, patience),
  calls: () => fake.server.count(),
  faults: {
    'slow': hanging(server),
    'throttled': refusing(429, 'Throttled'),
    'down': refusing(503, 'ServiceUnavailable'),
    'denies the vault': refusing(403, 'Forbidden', 'The application does not have keys unwrapKey permission on key vault.'),
    'in another region': 'the address of a vault is one place',
    'without the key': refusing(404, 'KeyNotFound'),
    'with its key disabled': { fail: () => void (one.key.enabled = false), mend: () => void (one.key.enabled = true) },
    'about to delete its key': refusing(409, 'ObjectIsDeletedButRecoverable'),
    'sealed': 'Azure seals nothing',
    'of another time': 'its token service tells, see below',
  },
})

describe('the Azure driver', () => {
  it('says when its key is missing, and when no token is given to it', async () => {
    await expect(open('none').wrap(key, context)).rejects.toMatchObject({ code: 'kms_key_missing' })
    const secretFile = join(folder, 'wrong')
    await writeFile(secretFile, 'wrong', { mode: 0o600 })
    const stranger = open('one', { ...fake.identity, secretFile })
    await expect(stranger.wrap(key, context)).rejects.toMatchObject({ code: 'kms_denied' })
  })

  it.each<[number, string, string]>([
    [401, 'AADSTS700024: Client assertion is not within its valid time range.', 'kms_clock_wrong'],
    [429, 'too many', 'kms_throttled'],
    [503, 'later', 'kms_unreachable'],
  ])('says what its token service said: %d %s', async (status, text, code) => {
    fake.tokenService.answerNext(Infinity, { status, body: text })
    await expect(open('one', fake.identity, usualPatience).wrap(key, context)).rejects.toMatchObject({ code })
    fake.tokenService.answerNext(0, { status, body: text })
  })

  it('asks once for each key that it opens, after it was challenged once', async () => {
    const kms = open('one')
    const wrapped = await kms.wrap(key, context)
    await kms.unwrap(wrapped, context)
    const before = fake.server.count()
    for (let count = 0; count < 3; count++) await kms.unwrap(wrapped, context)
    expect(fake.server.count() - before).toBe(3)
  })

  it('asks again after a throttling, and says so when that does not help', async () => {
    const kms = open('one')
    const wrapped = await kms.wrap(key, context)
    const throttled = { status: 429, body: { error: { code: 'Throttled', message: 'too many' } } }
    fake.server.answerNext(2, throttled)
    await expect(kms.unwrap(wrapped, context)).resolves.toHaveLength(32)
    fake.server.answerNext(9, throttled)
    await expect(kms.unwrap(wrapped, context)).rejects.toMatchObject({ code: 'kms_throttled' })
    fake.server.answerNext(0, throttled)
  })
})
