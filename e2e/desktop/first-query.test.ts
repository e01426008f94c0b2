/** From an invitation to the first query in psql, by clicks, until access is taken away. No password of the database is seen. */
import { spawnProgram } from '@sallyport/testkit'
import { addRole, Testbed } from '@sallyport/testbed'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { psqlPrints } from '../support/run-psql.ts'
import { desktopMissing } from './support/desktop-program.ts'
import { type AtComputer, sitDown } from './support/person.ts'

describe.skipIf(desktopMissing() !== null)('the first day (needs Chromium)', () => {
  let bed: Testbed
  let grace: AtComputer
  let role: string
  let credential: string
  let row: Locator

  /** The address that the row shows, as psql takes it. */
  const address = async (): Promise<string> => {
    const shown = /127\.0\.0\.1:\d+/.exec(await row.innerText())?.[0]
    return `postgresql://anyone:anything@${shown}/shop?sslmode=disable`
  }

  beforeAll(async () => {
    bed = await Testbed.start()
    const invited = await bed.invite('grace')
    credential = bed.database.credentials['read-only']!
    role = await addRole(bed.owner.agent, { users: [invited.id], credentials: [credential] })
    grace = await sitDown(bed, { name: 'grace', invitation: invited.invitation })
    row = grace.app.page.getByRole('row', { name: /^shop-db read-only/ })
  })
  afterAll(async () => {
    await grace?.leave()
    await bed?.stop()
  })

  test('a person who joined in the browser sees what is granted to them', async () => {
    await grace.app.page.getByRole('heading', { name: 'Resources' }).waitFor()
    await row.waitFor()
    expect(await row.innerText()).toContain('Off')
    await grace.app.until('the tray', (state) => state.tray?.tooltip.includes('Acme') ?? false)
  })

  test('a switch makes the address ready, and psql needs nothing else', async () => {
    await row.getByRole('switch').click()
    await row.getByText('Ready').waitFor()
    expect(await psqlPrints(await address(), 'select current_user')).toBe('readonly')
  })

  test('the address is copied by a click', async () => {
    await row.getByRole('button', { name: /^Copy/ }).click()
    const { clipboard } = await grace.app.until('the clipboard', (state) => state.clipboard !== '')
    expect(await address()).toContain(clipboard)
  })

  test('access that is taken away ends the connection, and the row goes', async () => {
    const psql = await spawnProgram({
      name: 'psql',
      command: 'psql',
      args: ['--no-psqlrc', '-c', 'select 1', '-c', 'select pg_sleep(300)', await address()],
      env: { PATH: process.env['PATH'] },
    })
    await row.getByText('In use').waitFor()
    await grace.app.until('the tray', (state) => state.tray?.items.some(({ label }) => label.startsWith('psql uses')) ?? false)
    await bed.owner.agent.api('removeRoleCredential', { parameters: { role, credential } })
    expect((await psql.exited).code).not.toBe(0)
    await row.waitFor({ state: 'detached' })
    await grace.app.page.getByText('Nothing is shared with you yet').waitFor()
  })
})
