import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type FakeVersionState, startFakeGoogleKms } from '@sallyport/testkit'
import { JWT } from 'google-auth-library'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { boundContext } from '../bound-context.ts'
import { serviceKms } from '../service-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'
import { answering, hanging, kmsFaults } from '../testing/kms-faults.ts'
import { quick } from '../testing/quick-patience.ts'
import { googleService } from './google.ts'

type Fake = Awaited<ReturnType<typeof startFakeGoogleKms>>
let fake: Fake
let one: ReturnType<Fake['createKey']>
beforeAll(async () => {
  fake = await startFakeGoogleKms()
  one = fake.createKey('one')
  fake.createKey('two')
})
afterAll(() => fake.server.close())

const clientOf = ({ client_email: email, private_key: secret }: ReturnType<Fake['account']>): JWT => {
  const client = new JWT({ email, key: secret, scopes: ['https://www.googleapis.com/auth/cloudkms'] })
  client.useJWTAccessWithScope = true
  return client
}
const nameOf = (id: string) => one.name.replace('/one', `/${id}`)
const open = (id: string, client = clientOf(fake.account()), patience = quick) =>
  serviceKms({ present: googleService({ key: nameOf(id), endpoint: fake.server.origin, client }), patience })
const context = { purpose: 'secret', organization: 'a', version: 7 }
const key = randomBytes(32)

kmsConformance('Google Cloud', {
  open: async () => open('one'),
  openOther: async () => open('two'),
  rotateKey: () => one.ring.rotate(),
})

const server = () => fake.server
const refusing = (code: number, status: string, message = status) =>
  answering(server, { status: code, body: { error: { code, status, message } } })
const inState = (state: FakeVersionState) => ({
  fail: () => void (one.state = state),
  mend: () => void (one.state = 'ENABLED'),
})

kmsFaults('Google Cloud', {
  open: (patience) => open('one', clientOf(fake.account()), patience),
  calls: () => fake.server.count(),
  faults: {
    'slow': hanging(server),
    'throttled': refusing(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded'),
    'down': refusing(503, 'UNAVAILABLE'),
    'denies the vault': refusing(403, 'PERMISSION_DENIED'),
    'in another region': refusing(
      404,
      'NOT_FOUND',
      'The request concerns location europe-west3 but was sent to location us-east1.',
    ),
    'without the key': refusing(404, 'NOT_FOUND', 'CryptoKey not found.'),
    'with its key disabled': inState('DISABLED'),
    'about to delete its key': inState('DESTROY_SCHEDULED'),
    'sealed': 'Google seals nothing',
    'of another time': refusing(
      401,
      'UNAUTHENTICATED',
      'Invalid JWT: Token must be a short-lived token and in a reasonable timeframe. Check your iat and exp values.',
    ),
  },
})

describe('the Google Cloud driver', () => {
  it('says when its key is missing, elsewhere, or it is refused itself', async () => {
    await expect(open('none').wrap(key, context)).rejects.toMatchObject({ code: 'kms_key_missing' })
    const message = 'The request concerns location europe-west3 but was sent to location us-east1.'
    fake.server.answerNext(1, { status: 404, body: { error: { code: 404, status: 'NOT_FOUND', message } } })
    await expect(open('one').wrap(key, context)).rejects.toMatchObject({ code: 'kms_wrong_region' })
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const stranger = open('one', clientOf(fake.account(other)))
    await expect(stranger.wrap(key, context)).rejects.toMatchObject({ code: 'kms_denied' })
  })

  it('tells nothing of what was to be encrypted in its errors', async () => {
    const error = await open('none')
      .wrap(key, context)
      .catch((cause: unknown) => cause)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('plaintext')
    expect((error as Error).cause).not.toHaveProperty('config')
  })

  it('ends nothing when a call is given up before it was made', async () => {
    const client = clientOf(fake.account())
    const service = googleService({ key: one.name, endpoint: fake.server.origin, client })
    const before = fake.server.count()
    await expect(service.generate(boundContext(context), AbortSignal.abort())).rejects.toMatchObject({ code: 'kms_unreachable' })
    expect(fake.server.count()).toBe(before)
  })

  it('takes no answer longer than it needs', async () => {
    fake.server.answerNext(Infinity, { status: 200, body: { name: one.name, padding: 'x'.repeat(70_000) } })
    await expect(open('one').describe()).rejects.toMatchObject({ code: 'kms_unreachable' })
    fake.server.answerNext(0, { status: 200, body: {} })
  })

  it('asks again after a throttling or a hanging call', async () => {
    const throttled = { status: 429, body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota' } } }
    fake.server.answerNext(2, throttled)
    await expect(open('one').wrap(key, context)).resolves.toBeInstanceOf(Uint8Array)
    fake.server.hang(1)
    await expect(open('one').wrap(key, context)).resolves.toBeInstanceOf(Uint8Array)
    fake.server.answerNext(5, throttled)
    await expect(open('one').wrap(key, context)).rejects.toMatchObject({ code: 'kms_throttled' })
  })
})
