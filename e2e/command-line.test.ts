/** What an administrator sees and does in a terminal, of a Sallyport at work. */
import { join } from 'node:path'
import { type Person, Testbed } from '@sallyport/testbed'
import { freePort, spawnProgram, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allActivity } from './support/activity.ts'
import { openPsql } from './support/open-psql.ts'
import { sallyport } from './support/sallyport.ts'

let bed: Testbed
/** Has no rights. */
let ada: Person

beforeAll(async () => {
  bed = await Testbed.start()
  ada = await bed.addPerson('ada')
})
afterAll(() => bed?.stop())

const asOwner = (...words: readonly string[]) => sallyport(bed.owner.agent, ...words)

test.each(['api', 'gateway', 'verify', 'witness'])('the program %s says how it is used, and that is no mistake', async (name) => {
  const program = await spawnProgram({
    name,
    command: process.execPath,
    args: [join(import.meta.dirname, `../apps/${name}/src/main.ts`), '--help'],
    env: { PATH: process.env['PATH'] },
  })
  expect((await program.exited).code).toBe(0)
  expect(program.lines.join('\n')).toMatch(/^usage/im)
})

describe('a test of a resource', () => {
  test('says what was found on the way to it', async () => {
    const { code, stdout } = await asOwner('admin', 'resources', 'test', 'shop-db')
    expect(stdout).toMatch(/^✓ connection/m)
    expect(stdout).toMatch(/^✓ encryption/m)
    expect(stdout).not.toContain('✗')
    expect(code).toBe(0)
  })

  test('says what is wrong with one that is not there', async () => {
    const endpoint = ['--host', '127.0.0.1', '--port', String(await freePort())]
    const { code, stdout } = await asOwner('admin', 'resources', 'test-endpoint', ...endpoint)
    expect(stdout).toMatch(/^✗ connection/m)
    expect(code).toBe(8)
  })
})

test('an open connection is in the list and in the preview, stays open for both, and ends when it is ended', async () => {
  const { email } = bed.owner
  const psql = await openPsql(await bed.owner.agent.url('shop-db/read-only'))
  const id = await waitFor(
    async () => {
      const { stdout } = await asOwner('admin', 'connections', 'list', '--user', email, '--json')
      return (JSON.parse(stdout) as { id: string }[])[0]?.id
    },
    { description: 'the connection to be known', timeoutMs: 90_000 },
  )
  const preview = await asOwner('admin', 'roles', 'remove-member', 'shop: everything', email, '--dry-run')
  expect(preview.stdout).toContain(`1 person loses access: ${email}`)
  expect(preview.stdout).toContain('1 open connection ends: shop-db/read-only')
  expect((await asOwner('admin', 'roles', 'show', 'shop: everything')).stdout).toContain(email)
  expect(psql.isOpen).toBe(true)
  expect(await asOwner('admin', 'connections', 'end', id, '--yes')).toMatchObject({ code: 0 })
  await psql.ended
})

test('what was done is exported, to whoever may read it, and one’s own to everybody', async () => {
  const exported = async (...words: readonly string[]): Promise<unknown[]> => {
    const { stdout } = await asOwner('activity', 'export', '--format', 'jsonl', ...words)
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  }
  const isKept = async () => (await allActivity(bed.owner.agent, { kind: 'connection.opened' })).length > 0
  await waitFor(isKept, { description: 'the connection to be kept', timeoutMs: 90_000 })
  const own = await exported('--mine', '--kind', 'connection.opened')
  expect(own).toHaveLength(1)
  expect(await exported('--user', bed.owner.email, '--kind', 'connection.opened')).toEqual(own)
  expect(await sallyport(ada.agent, 'activity', 'export')).toMatchObject({ code: 4, stdout: '' })
  expect(await sallyport(ada.agent, 'activity', 'export', '--mine')).toMatchObject({ code: 0 })
  const log = await asOwner('audit', 'export', '--type', 'activity.exported')
  // A line of headings, and what was exported; of the one who was refused nothing was.
  expect(log.stdout.trim().split('\n')).toHaveLength(4)
})

test('sessions and leases are listed as they were, or only those that are good now', async () => {
  const listed = async (...words: string[]) =>
    JSON.parse((await asOwner('admin', ...words, '--json')).stdout) as { label: string; user: string; status: string }[]
  const open = (await listed('sessions', 'list')).find(({ user }) => user === ada.id)
  expect(await asOwner('admin', 'sessions', 'revoke', open?.label ?? '', '--yes')).toMatchObject({ code: 0 })
  const all = await listed('sessions', 'list')
  expect(all.find(({ user }) => user === ada.id)).toMatchObject({ status: 'revoked' })
  const labels = (sessions: typeof all) => sessions.map(({ label }) => label)
  expect(labels(await listed('sessions', 'list', '--active'))).toEqual(labels(all.filter(({ status }) => status === 'active')))
  const leases = await listed('leases', 'list', '--active')
  expect(leases.filter(({ status }) => status !== 'active')).toEqual([])
})
