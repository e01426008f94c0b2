import { randomBytes } from 'node:crypto'
import { type FakeAwsKeyState, startFakeAwsKms } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serviceKms } from '../service-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'
import { answering, hanging, kmsFaults } from '../testing/kms-faults.ts'
import { quick } from '../testing/quick-patience.ts'
import { awsService } from './aws.ts'

type Fake = Awaited<ReturnType<typeof startFakeAwsKms>>
let fake: Fake
let keys: ReturnType<Fake['createKey']>[]
beforeAll(async () => {
  fake = await startFakeAwsKms()
  keys = [fake.createKey(), fake.createKey()]
})
afterAll(() => fake.server.close())

const service = (key: string, credentials = fake.credentials) => awsService({ key, endpoint: fake.server.origin, credentials })
const open = (key: string, patience = quick) => serviceKms({ present: service(key), patience })
const context = { purpose: 'secret', organization: 'a', version: 7 }

kmsConformance('AWS', {
  open: async () => open(keys[0]!.arn),
  openOther: async () => open(keys[1]!.arn),
  rotateKey: () => keys[0]!.ring.rotate(),
})

const server = () => fake.server
const refusing = (type: string, message = '') => answering(server, { status: 400, body: { __type: type, message } })
const inState = (state: FakeAwsKeyState) => ({
  fail: () => void (keys[0]!.state = state),
  mend: () => void (keys[0]!.state = 'Enabled'),
})

kmsFaults('AWS', {
  open: (patience) => open(keys[0]!.arn, patience),
  calls: () => fake.server.count(),
  faults: {
    'slow': hanging(server),
    'throttled': refusing('ThrottlingException', 'Rate exceeded'),
    'down': answering(server, { status: 500, body: { __type: 'KMSInternalException' } }),
    'denies the vault': refusing('AccessDeniedException', 'User: … is not authorized to perform: kms:Decrypt'),
    'in another region': refusing('InvalidSignatureException', 'Credential should be scoped to a valid region.'),
    'without the key': refusing('NotFoundException', 'Key does not exist'),
    'with its key disabled': inState('Disabled'),
    'about to delete its key': inState('PendingDeletion'),
    'sealed': 'AWS seals nothing',
    'of another time': refusing(
      'InvalidSignatureException',
      'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z',
    ),
  },
})

describe('the AWS driver', () => {
  it('names what it is for in the encryption context, for key policies and CloudTrail', async () => {
    await open(keys[0]!.arn).wrap(randomBytes(32), context)
    const digest: unknown = expect.stringMatching(/^[\w-]{43}$/)
    expect(fake.contexts.at(-1)).toEqual({ purpose: 'secret', organization: 'a', version: '7', sallyport: digest })
  })

  it('moves a key by ReEncrypt', async () => {
    const kms = open(keys[0]!.arn)
    const wrapped = await kms.wrap(randomBytes(32), context)
    fake.operations.length = 0
    await kms.rotate(wrapped, context)
    expect(fake.operations).toContain('ReEncrypt')
    expect(fake.operations).not.toContain('GenerateDataKey')
  })

  it('says when its key is missing, in another region, or its own signature is refused', async () => {
    const gone = keys[0]!.arn.replace(/key\/.*/, 'key/00000000-0000-4000-8000-000000000000')
    await expect(open(gone).wrap(randomBytes(32), context)).rejects.toMatchObject({ code: 'kms_key_missing' })
    const elsewhere = fake.createKey('us-east-1').arn
    await expect(open(elsewhere).wrap(randomBytes(32), context)).rejects.toMatchObject({ code: 'kms_wrong_region' })
    const present = service(keys[0]!.arn, { ...fake.credentials, secretAccessKey: 'another' })
    const stranger = serviceKms({ present, patience: quick })
    await expect(stranger.wrap(randomBytes(32), context)).rejects.toMatchObject({ code: 'kms_denied' })
  })

  it('asks again after a throttling or a hanging call, and says so when that does not help', async () => {
    const kms = open(keys[0]!.arn)
    const throttled = { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } }
    fake.server.answerNext(2, throttled)
    await expect(kms.wrap(randomBytes(32), context)).resolves.toBeInstanceOf(Uint8Array)
    fake.server.hang(1)
    await expect(kms.wrap(randomBytes(32), context)).resolves.toBeInstanceOf(Uint8Array)
    fake.server.answerNext(5, throttled)
    await expect(kms.wrap(randomBytes(32), context)).rejects.toMatchObject({ code: 'kms_throttled' })
  })
})
