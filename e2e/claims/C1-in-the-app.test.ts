/**
 * C1, in the app. A credential never reaches the page, the app's main process or the agent that serves them, in any form.
 *
 * The database's passwords are canaries. A person uses the app: turns the resource on, queries it with psql while its connection is
 * open, sees a failure, looks at every place of the page. Then every message that crossed between page and main process, what the
 * page shows, the clipboard, the files of the profile, and the memory of app and agent are searched. The search is shown to find
 * what it should: the password in the gateway's memory while its lease lives.
 */
import { connectAgent } from '@sallyport/desktop/local'
import { Testbed } from '@sallyport/testbed'
import { type Canary, canaryOf, spawnProgram } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktopMissing } from '../desktop/support/desktop-program.ts'
import { invitedTo } from '../desktop/support/databases.ts'
import { type AtComputer, sitDown } from '../desktop/support/person.ts'
import { memorySkipReason, searchMemory } from '../support/process-memory.ts'

describe.skipIf(desktopMissing() !== null)('a credential that the app’s person uses (needs Chromium)', () => {
  let bed: Testbed
  let grace: AtComputer
  let secrets: readonly Canary[]
  let psql: Awaited<ReturnType<typeof spawnProgram>>

  beforeAll(async () => {
    bed = await Testbed.start()
    secrets = Object.values(bed.shop.users).map(({ password }) => canaryOf(password))
    const { invitation } = await invitedTo(bed, 'grace', { orders: {} })
    grace = await sitDown(bed, { name: 'grace', invitation })
    const row = grace.app.page.getByRole('row', { name: /^orders read-only/ })
    await row.getByText('Ready').waitFor()
    const shown = /127\.0\.0\.1:\d+/.exec(await row.innerText())?.[0]
    psql = await spawnProgram({
      name: 'psql',
      command: 'psql',
      args: [
        '--no-psqlrc',
        '-c',
        'select nothing',
        '-c',
        'select pg_sleep(600)',
        `postgresql://a:b@${shown}/shop?sslmode=disable`,
      ],
      env: { PATH: process.env['PATH'] },
    })
    await row.getByText('In use').waitFor()
    await row.getByRole('button', { name: /^Copy/ }).click()
    await row.click()
    await grace.app.page.getByRole('navigation').getByRole('link', { name: 'Connections' }).click()
    await grace.app.page.getByRole('row', { name: /psql/ }).first().waitFor()
  })
  afterAll(async () => {
    await psql?.stop()
    await grace?.leave()
    await bed?.stop()
  })

  const sightings = (where: string, text: string): string[] =>
    secrets.flatMap((secret) => secret.findBytes(Buffer.from(text)).map(({ form }) => `${where}: ${form}`))

  test('no message between page and app holds it', async () => {
    const { crossings } = await grace.app.state()
    expect(crossings.length).toBeGreaterThan(10)
    expect(crossings.join('\n')).toContain('orders/read-only')
    expect(sightings('crossing', crossings.join('\n'))).toEqual([])
  })

  test('nothing that the page shows, keeps or copied holds it', async () => {
    const { page } = grace.app
    for (const place of ['Resources', 'Connections']) {
      await page.getByRole('navigation').getByRole('link', { name: place }).click()
      await page.getByRole('heading', { name: place }).waitFor()
      expect(sightings(place, await page.content())).toEqual([])
    }
    const { clipboard, tray } = await grace.app.state()
    expect(sightings('desktop', clipboard + JSON.stringify(tray))).toEqual([])
    const kept = await page.evaluate<string>(`JSON.stringify([{ ...localStorage }, { ...sessionStorage }])`)
    expect(sightings('storage', kept)).toEqual([])
  })

  test('no file of the profile holds it', async () => {
    for (const secret of secrets) expect(await secret.searchDirectory(grace.profile)).toEqual([])
  })

  test('it is in the memory of the gateway, and of neither app nor agent', async (context) => {
    context.skip(memorySkipReason() !== null, memorySkipReason() ?? '')
    const agent = await connectAgent(grace.profile)
    const { pid } = await agent!.call('status', {})
    agent!.close()
    const inGateway = await searchMemory(bed.gateways[0]!.program.pid, secrets)
    expect(inGateway.sightings.flat()).toContain('plain')
    for (const process of [pid, grace.app.pid]) expect((await searchMemory(process, secrets)).sightings.flat()).toEqual([])
  })
})
