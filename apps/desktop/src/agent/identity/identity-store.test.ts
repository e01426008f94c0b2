import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPublicKey, createPrivateKey } from 'node:crypto'
import { fromBase64url, toBase64url, verifySignature } from '@sallyport/protocol'
import { makeTemporaryDirectory, spawnProgram, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openIdentity } from './identity-store.ts'
import { signerOf } from './key-pair.ts'

const PASSPHRASE = 'a passphrase of tests'
let folder: TemporaryDirectory
let path: string
beforeEach(async () => {
  folder = await makeTemporaryDirectory()
  path = join(folder.path, 'identity')
})
afterEach(() => folder.remove())

test('an identity is the same after it was opened again', async () => {
  const made = await openIdentity(path, PASSPHRASE)
  await made.change(() => ({ deviceState: { counter: 3, value: toBase64url(new Uint8Array(16)) } }))
  const opened = await openIdentity(path, PASSPHRASE)
  expect(opened.document).toEqual(made.document)
  expect(opened.keyStorage).toBe('passphrase')
})

test('the file is private and holds no byte of the key, in any form', async () => {
  const { document } = await openIdentity(path, PASSPHRASE)
  const file = await readFile(path)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const pkcs8 = Buffer.from(fromBase64url(document.deviceKey))
  const scalar = Buffer.from(
    (createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' }) as { d: string }).d,
    'base64url',
  )
  for (const secret of [pkcs8.subarray(30, 60), scalar, Buffer.from(fromBase64url(document.fingerprintSecret))]) {
    for (const form of [
      secret,
      secret.toString('base64').slice(0, 20),
      secret.toString('base64url').slice(0, 20),
      secret.toString('hex'),
    ])
      expect(file.includes(form)).toBe(false)
  }
})

test('another passphrase does not open it', async () => {
  await openIdentity(path, PASSPHRASE)
  await expect(openIdentity(path, 'another passphrase')).rejects.toMatchObject({ code: 'passphrase_wrong' })
})

test('a profile under a passphrase does not fall back to the keychain', async () => {
  await openIdentity(path, PASSPHRASE)
  await expect(openIdentity(path, null)).rejects.toMatchObject({ code: 'invalid_request' })
})

test('a file with any byte changed is not opened', async () => {
  await openIdentity(path, PASSPHRASE)
  const file = await readFile(path)
  for (const at of [2, 40, file.indexOf(10) + 3, file.length - 1]) {
    const changed = Buffer.from(file)
    changed[at]! ^= 1
    await writeFile(path, changed)
    await expect(openIdentity(path, PASSPHRASE)).rejects.toMatchObject({
      code: expect.stringMatching(/^(profile_unreadable|passphrase_wrong)$/) as string,
    })
  }
})

test('a device state that was promised to be kept survives kill -9', async () => {
  await openIdentity(path, PASSPHRASE)
  const script = `
    import { openIdentity } from ${JSON.stringify(join(import.meta.dirname, 'identity-store.ts'))}
    const store = await openIdentity(${JSON.stringify(path)}, ${JSON.stringify(PASSPHRASE)})
    for (let counter = 1; ; counter++) {
      await store.change(() => ({ deviceState: { counter, value: 'AAAAAAAAAAAAAAAAAAAAAA' } }))
      console.log('kept ' + counter)
    }`
  const program = await spawnProgram({ command: process.execPath, args: ['--input-type=module', '-e', script], name: 'writer' })
  await program.waitForLine(/^kept 25$/)
  program.kill('SIGKILL')
  await program.exited
  const last = Number(program.lines.findLast((line) => line.startsWith('kept'))!.split(' ')[1])
  const { document } = await openIdentity(path, PASSPHRASE)
  expect(document.deviceState!.counter).toBeGreaterThanOrEqual(last)
})

test('others are handed a signer whose public key verifies, and no private key', async () => {
  const { document } = await openIdentity(path, PASSPHRASE)
  const signer = await signerOf(document.deviceKey)
  const data = Buffer.from('data')
  const key = { algorithm: signer.algorithm, publicKey: signer.publicKey }
  expect(await verifySignature(key, data, await signer.sign(data))).toBe(true)
  expect(
    createPublicKey({ key: Buffer.from(signer.publicKey), format: 'der', type: 'spki' }).asymmetricKeyDetails?.namedCurve,
  ).toBe('prime256v1')
  expect(JSON.stringify(signer)).not.toContain(document.deviceKey)
})
