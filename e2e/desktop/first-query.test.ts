/** From an invitation to the first query in psql, by clicks, until access is taken away. No password of the database is seen. */
import { spawnProgram } from '@sallyport/testkit'
import { Testbed } from '@sallyport/testbed'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { psqlPrints, runPsql } from '../support/run-psql.ts'
import { invitedTo } from './support/databases.ts'
import { onDesktops } from './support/desktops.ts'
import { type AtComputer, inBrowser, sitDown } from './support/person.ts'
import { addressOf, rowOf } from './support/resource-rows.ts'

onDesktops('the first day', (start) => {
  let bed: Testbed
  let grace: AtComputer
  let role: string
  let credential: string
  let person: string
  let row: Locator

  beforeAll(async () => {
    bed = await Testbed.start()
    const given = await invitedTo(bed, 'grace', { orders: {} })
    person = given.id
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

  test('a locked app shows nothing and answers nothing until its person confirms, by a code from a browser elsewhere; psql goes on', async () => {
    const { page } = grace.app
    const address = await addressOf(row)
    await page.keyboard.press('Control+l')
    await page.getByRole('heading', { name: 'Sallyport is locked' }).waitFor()
    expect(await page.locator('body').innerText()).not.toContain('orders')
    const answer = await page.evaluate(`window.sallyport.send({ id: 1000000, method: 'credentials', params: {} })`)
    expect(answer).toMatchObject({ error: { code: 'app_locked' } })
    await grace.app.until('the tray of a locked app', ({ tray }) => tray?.tooltip.includes('Locked') ?? false)
    expect(await psqlPrints(address, 'select 1')).toBe('1')
    await page.getByRole('button', { name: 'Unlock with the browser' }).click()
    await page.getByRole('button', { name: 'Use a code' }).click()
    const url = (await page.getByText('?flow=').textContent()) ?? ''
    const browser = await grace.app.browse()
    await browser.goto(url)
    await browser.getByLabel('Password').fill(grace.password)
    await browser.getByRole('button', { name: 'Confirm' }).click()
    const code = await browser.getByLabel('Your code').textContent()
    await browser.close()
    await page.getByLabel('Code').fill(code ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
    await row.getByText('Ready').waitFor()
  })

  test('a session that somebody ended keeps the page, and signing in leads back to it', async () => {
    const { page } = grace.app
    await row.click()
    const panel = page.getByRole('heading', { name: 'orders · read-only' })
    await panel.waitFor()
    const { items } = await bed.owner.agent.api('listSessions', {})
    const session = items.find(({ user, status }) => user === person && status === 'active')!
    const { opened } = await grace.app.state()
    await bed.owner.agent.api('revokeSession', { parameters: { session: session.id } })
    await page.getByText(/^Your sign-in was ended at/).waitFor()
    await expect.poll(() => panel.isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Sign in with the browser' }).click()
    await inBrowser(
      grace.app,
      async (browser) => {
        await browser.getByLabel('E-mail address').fill('grace@acme.example')
        await browser.getByLabel('Password').fill(grace.password)
        await browser.getByRole('button', { name: 'Sign in' }).click()
      },
      opened.length,
    )
    await page.getByText(/^Your sign-in was ended at/).waitFor({ state: 'detached' })
    await expect.poll(() => panel.isVisible()).toBe(true)
    await row.getByText('Ready').waitFor()
  })

  test('access that is taken away ends the connection, and the row goes', async () => {
    const psql = await spawnProgram({
      name: 'psql',
      command: 'psql',
      args: ['--no-psqlrc', '-c', 'select 1', '-c', 'select pg_sleep(300)', await addressOf(row)],
      env: { PATH: process.env['PATH'] },
    })
    await row.getByText('In use').waitFor()
    await grace.app.page.keyboard.press('Control+2')
    await grace.app.page.getByRole('row', { name: /psql/ }).click()
    // The path of this connection: to the gateway, and from there to the database.
    for (const words of [/TLS 1\.3 · TLS_.* · /, /Time to connect/]) await grace.app.page.getByText(words).first().waitFor()
    await grace.app.page.keyboard.press('Control+1')
    await grace.app.until('the tray', (state) => state.tray?.items.some(({ label }) => label.startsWith('psql uses')) ?? false)
    await bed.owner.agent.api('removeRoleCredential', { parameters: { role, credential } })
    expect((await psql.exited).code).not.toBe(0)
    await row.waitFor({ state: 'detached' })
    await grace.app.page.getByText('Nothing is shared with you yet').waitFor()
  })
})
