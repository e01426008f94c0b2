/** From an invitation to the first query in psql, by clicks, until access is taken away. No password of the database is seen. */
import { spawnProgram } from '@sallyport/testkit'
import { Testbed } from '@sallyport/testbed'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { psqlPrints, runPsql } from '../support/run-psql.ts'
import { invitedTo } from './support/databases.ts'
import { onDesktops } from './support/desktops.ts'
import { type AtComputer, sitDown } from './support/person.ts'
import { addressOf, rowOf } from './support/resource-rows.ts'

onDesktops('the first day', (start) => {
  let bed: Testbed
  let grace: AtComputer
  let role: string
  let credential: string
  let row: Locator

  beforeAll(async () => {
    bed = await Testbed.start()
    const given = await invitedTo(bed, 'grace', { orders: {} })
    role = given.role
    credential = given.credentials[0]!
    grace = await sitDown(bed, { start, name: 'grace', invitation: given.invitation })
    row = rowOf(grace.app.page, 'orders')
  })
  afterAll(async () => {
    await grace?.leave()
    await bed?.stop()
  })

  test('a person who joined in the browser sees what is granted to them', async () => {
    await grace.app.page.getByRole('heading', { name: 'Resources' }).waitFor()
    await row.waitFor()
    await row.getByText('Ready').waitFor()
    const { tray } = await grace.app.until(
      'the address in the tray',
      (state) => state.tray?.items.some(({ label }) => label.startsWith('orders/read-only: copy 127.0.0.1:')) ?? false,
    )
    expect(tray?.tooltip).toContain('Acme')
  })

  test('psql needs nothing but the address', async () => {
    expect(await psqlPrints(await addressOf(row), 'select current_user')).toBe('readonly')
  })

  test('a switch takes the address away and makes it ready again', async () => {
    await row.getByRole('switch').press('Space')
    await row.getByText('Off', { exact: true }).waitFor()
    expect((await runPsql(await addressOf(row), 'select 1')).code).toBe(2)
    await row.getByRole('switch').press('Space')
    await row.getByText('Ready').waitFor()
    expect(await psqlPrints(await addressOf(row), 'select current_user')).toBe('readonly')
  })

  test('the address is copied by a click', async () => {
    await row.getByRole('button', { name: /^Copy/ }).click()
    const { clipboard } = await grace.app.until('the clipboard', (state) => state.clipboard !== '')
    expect(await addressOf(row)).toContain(clipboard)
  })

  test('access that is taken away ends the connection, and the row goes', async () => {
    const psql = await spawnProgram({
      name: 'psql',
      command: 'psql',
      args: ['--no-psqlrc', '-c', 'select 1', '-c', 'select pg_sleep(300)', await addressOf(row)],
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
