import { randomUUID } from 'node:crypto'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { expect, it } from 'vitest'
import { identitiesIn, openRecording, sealRecording } from './age.ts'
import type { Activity } from './activity.ts'
import { treatBinds } from './binds.ts'

const lines = new TextEncoder().encode('{"number":0}\n')

it('opens for each recipient and nobody else, and not when a byte was changed', async () => {
  const [ada, bob, eve] = await Promise.all([generateIdentity(), generateIdentity(), generateIdentity()])
  const file = await sealRecording(lines, [await identityToRecipient(ada), await identityToRecipient(bob)])
  for (const identity of [ada, bob]) expect(await openRecording(file, [eve, identity])).toEqual(lines)
  await expect(openRecording(file, [eve])).rejects.toThrow('no identity matched')
  const changed = Uint8Array.from(file)
  changed[changed.length - 1]! ^= 1
  await expect(openRecording(changed, [ada])).rejects.toThrow('invalid tag')
})

it('reads identities as age-keygen writes them', () => {
  expect(identitiesIn('# created: 2026-11-22\n# public key: age1x\nAGE-SECRET-KEY-1A\n\n')).toEqual(['AGE-SECRET-KEY-1A'])
})

const query = (binds: Extract<Activity, { kind: 'query' }>['binds']): Activity => ({
  kind: 'query',
  at: '2026-11-22T08:00:00.000Z',
  form: 'extended',
  statement: { text: 'select $1' },
  binds,
  bindsOmitted: 0,
  durationMs: 1,
  rows: 1,
  error: null,
})
const text = (value: string) => ({ form: 'text' as const, value: { text: value } })

it('drops bind values, or leaves hashes that only the key can compare', () => {
  const activity = query([text('a'), text('a'), { form: 'null' }, { form: 'redacted' }])
  expect(treatBinds(activity, { kind: 'keep' })).toBe(activity)
  expect(treatBinds(activity, { kind: 'drop' })).toMatchObject({
    binds: [{ form: 'dropped' }, { form: 'dropped' }, { form: 'null' }, { form: 'redacted' }],
  })
  const hashedBy = (key: string) => {
    const treated = treatBinds(activity, { kind: 'hash', key: Buffer.from(key) })
    return treated.kind === 'query' ? treated.binds : []
  }
  const key = randomUUID()
  const [first, second] = hashedBy(key)
  expect(first).toEqual(second)
  expect(JSON.stringify(hashedBy(key))).not.toContain('"a"')
  expect(hashedBy(randomUUID())[0]).not.toEqual(first)
})
