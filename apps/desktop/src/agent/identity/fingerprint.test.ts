import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { toBase64url } from '@sallyport/protocol'
import { fingerprint } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'
import { fingerprintOf, readFingerprint } from './fingerprint.ts'

const secret = toBase64url(new Uint8Array(32).fill(1))
const other = toBase64url(new Uint8Array(32).fill(2))

test('this machine tells facts that the API takes', async () => {
  const parts = await readFingerprint(secret)
  expect(fingerprint.parse(parts)).toEqual(parts)
  expect(Object.keys(parts)).toEqual(expect.arrayContaining(['owner', 'system']))
  expect(await readFingerprint(secret)).toEqual(parts)
})

test('a part shows neither its fact nor, under another secret, that it is the same', async () => {
  const [parts, others] = [await readFingerprint(secret), await readFingerprint(other)]
  const machine = (await readFile('/etc/machine-id', 'utf8').catch(() => 'none')).trim()
  expect(JSON.stringify(parts)).not.toContain(machine)
  expect(JSON.stringify(parts)).not.toContain(`"${userInfo().username}"`)
  for (const [name, value] of Object.entries(parts)) expect(others[name as keyof typeof others]).not.toBe(value)
})

test('one changed fact changes one part', () => {
  const before = fingerprintOf({ machine: 'a', board: 'b', disk: 'c' }, secret)
  const after = fingerprintOf({ machine: 'a', board: 'b', disk: 'd' }, secret)
  expect(after).toEqual({ ...before, disk: after.disk })
  expect(after.disk).not.toBe(before.disk)
})

test('the same fact under two names is two parts', () => {
  const parts = fingerprintOf({ machine: 'a', board: 'a' }, secret)
  expect(parts.machine).not.toBe(parts.board)
})

test('a fact that is not told is left out', () => {
  expect(Object.keys(fingerprintOf({ machine: 'a', board: '' }, secret))).toEqual(['machine'])
})
