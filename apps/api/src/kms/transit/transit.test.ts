import { randomBytes } from 'node:crypto'
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFakeTransitEngine } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serviceKms } from '../service-kms.ts'
import { kmsConformance } from '../testing/kms-conformance.ts'
import { answering, hanging, kmsFaults } from '../testing/kms-faults.ts'
import { quick } from '../testing/quick-patience.ts'
import { transitService } from './transit.ts'

type Fake = Awaited<ReturnType<typeof startFakeTransitEngine>>
let folder: string
let fake: Fake
let one: ReturnType<Fake['createKey']>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-transit-'))
  fake = await startFakeTransitEngine(folder)
  one = fake.createKey('one')
  fake.createKey('two')
})
afterAll(async () => {
  await fake.server.close()
  await rm(folder, { recursive: true })
})

const open = (key: string, files: { token?: string; authority?: string | null } = {}, patience = quick) => {
  const { token = fake.files.token, authority = fake.files.authority } = files
  const where = { address: fake.server.origin, mount: 'transit', key }
  return serviceKms({ present: transitService({ ...where, tokenFile: token, authorityFile: authority }), patience })
}
const context = { purpose: 'secret', organization: 'a', version: 7 }
const key = randomBytes(32)

kmsConformance('transit', {
  open: async () => open('one'),
  openOther: async () => open('two'),
  rotateKey: () => one.ring.rotate(),
})

const server = () => fake.server
const refusing = (status: number, text: string) => answering(server, { status, body: { errors: [text] } })

kmsFaults('transit', {
  open: (patience) => open('one', {}, patience),
  calls: () => fake.server.count(),
  faults: {
    'slow': hanging(server),
    'throttled': refusing(429, 'request rate limit'),
    'down': refusing(502, 'bad gateway'),
    'denies the vault': refusing(403, 'permission denied'),
    'in another region': 'it is asked where it is',
    'without the key': refusing(400, 'encryption key not found'),
    'with its key disabled': refusing(400, 'the key is soft deleted'),
    'about to delete its key': 'it deletes at once',
    'sealed': { fail: () => void (fake.state.sealed = true), mend: () => void (fake.state.sealed = false) },
    'of another time': 'its certificate tells, before anything is asked',
  },
})

describe('the transit driver', () => {
  it('says that a version may no longer be used', async () => {
    const old = fake.createKey('old')
    const wrapped = await open('old').wrap(key, context)
    old.ring.rotate()
    old.minimumDecryption = 2
    await expect(open('old').unwrap(wrapped, context)).rejects.toMatchObject({ code: 'kms_key_disabled' })
  })

  it('takes up a renewed token, refuses a file that others can read, and says when the service refuses it', async () => {
    const file = join(folder, 'renewed')
    await writeFile(file, 'hvs.expired', { mode: 0o600 })
    const kms = open('one', { token: file })
    await expect(kms.wrap(key, context)).rejects.toMatchObject({ code: 'kms_denied' })
    await copyFile(fake.files.token, file)
    await expect(kms.wrap(key, context)).resolves.toBeInstanceOf(Uint8Array)
    await chmod(file, 0o644)
    await expect(kms.wrap(key, context)).rejects.toMatchObject({ code: 'kms_denied' })
  })

  it('talks to nobody whose certificate it does not know, and sends no token there', async () => {
    const before = fake.server.count()
    await expect(open('one', { authority: null }).wrap(key, context)).rejects.toMatchObject({ code: 'kms_unreachable' })
    expect(fake.server.count()).toBe(before)
  })

  it('says when a key is missing, when it is throttled and when it is slow', async () => {
    await expect(open('none').wrap(key, context)).rejects.toMatchObject({ code: 'kms_key_missing' })
    fake.server.answerNext(5, { status: 429, body: { errors: ['request rate limit'] } })
    await expect(open('one').wrap(key, context)).rejects.toMatchObject({ code: 'kms_throttled' })
    fake.server.hang(5)
    const impatient = { ...quick, call: 50 }
    await expect(open('one', {}, impatient).wrap(key, context)).rejects.toMatchObject({ code: 'kms_slow' })
    fake.server.hang(0)
  })
})
