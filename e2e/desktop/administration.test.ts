/** An administrator adds a database and a role by clicks; a person whom it was given to uses it at once. */
import { join } from 'node:path'
import { canaryOf, makeTemporaryDirectory } from '@sallyport/testkit'
import { Testbed } from '@sallyport/testbed'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyExport } from '../support/export-log.ts'
import { psqlPrints } from '../support/run-psql.ts'
import { invitedTo } from './support/databases.ts'
import { type DesktopProgram } from './support/desktop-program.ts'
import { onDesktops } from './support/desktops.ts'
import { type AtComputer, confirmInBrowser, sitDown } from './support/person.ts'
import { addressOf, rowOf } from './support/resource-rows.ts'

onDesktops('administration', (start) => {
  let bed: Testbed
  let owner: DesktopProgram
  let grace: AtComputer

  const dialog = (): Locator => owner.page.getByRole('dialog')
  /** Presses the button of the dialog that is open, which closes it. */
  const finish = async (button: string, confirming = false): Promise<void> => {
    const { opened } = await owner.state()
    const open = dialog().filter({ has: owner.page.getByRole('button', { name: button, exact: true }) })
    await open.getByRole('button', { name: button, exact: true }).click()
    if (confirming) await confirmInBrowser(owner, bed.owner.password, opened.length)
    await open.waitFor({ state: 'detached' })
  }
  const choose = async (field: Locator, option: string | RegExp): Promise<void> => {
    await field.click()
    await owner.page.getByRole('option', { name: option }).click()
  }

  beforeAll(async () => {
    bed = await Testbed.start()
    const { invitation } = await invitedTo(bed, 'grace', {})
    owner = await start({ profile: bed.owner.agent.profile })
    grace = await sitDown(bed, { start, name: 'grace', invitation })
    await grace.app.page.getByText('Nothing is shared with you yet').waitFor()
  })
  afterAll(async () => {
    await owner?.stop()
    await grace?.leave()
    await bed?.stop()
  })

  test('a database is added, after a gateway has tried the way there', async () => {
    const { page } = owner
    await page.getByRole('link', { name: 'Catalogue' }).click()
    await page.getByRole('button', { name: 'Add resource' }).first().click()
    await dialog().getByLabel('Name', { exact: true }).fill('invoices')
    await dialog().getByLabel('Host', { exact: true }).fill('127.0.0.1')
    await dialog().getByLabel('Port', { exact: true }).fill(String(bed.shop.port))
    await choose(dialog().getByRole('combobox', { name: 'Site' }), 'here')
    await choose(dialog().getByRole('combobox', { name: /^Its certificate/ }), /an authority of your own$/)
    await dialog().getByLabel('Certificates of the authority (PEM)').fill(bed.shop.caPem)
    await dialog().getByRole('button', { name: 'Test the way there' }).click()
    await dialog().getByText('Everything answered.').waitFor()
    await finish('Add resource')
    await page.getByText('Without a credential nobody can connect.').waitFor()
    const { items } = await bed.owner.agent.api('listResources', { query: { limit: 100 } })
    expect(items.map(({ name }) => name)).toContain('invoices')
  })

  test('its password is sealed in the window, and crosses to nobody', async () => {
    const { page } = owner
    const { name, password } = bed.shop.users.readonly
    await page.getByRole('button', { name: 'Add credential' }).click()
    await dialog().getByLabel('Name', { exact: true }).fill('reporting')
    await dialog().getByLabel('Account on the resource').fill(name)
    const passwords = dialog().locator('input[type=password]')
    await passwords.first().fill(password)
    await passwords.last().fill(password)
    const databases = dialog().getByLabel('Databases')
    await databases.fill(bed.shop.database)
    await databases.press('Enter')
    await finish('Add credential', true)
    await page.getByRole('region', { name: 'Menus and messages' }).getByText('invoices · reporting is ready.').waitFor()
    const { crossings } = await owner.state()
    expect(crossings.join('\n')).toContain('createSecret')
    expect(canaryOf(password).findBytes(Buffer.from(crossings.join('\n')))).toEqual([])
  })

  test('a third-party store is made known, and holds the secret of a credential', async () => {
    const { page } = owner
    await page.getByRole('link', { name: 'Catalogue' }).click()
    await page.getByRole('radio', { name: 'Stores' }).dispatchEvent('click')
    await page.getByRole('button', { name: 'Add store' }).first().click()
    await dialog().getByLabel('Name', { exact: true }).fill('company vault')
    await dialog().getByLabel('Address', { exact: true }).fill('https://vault.example.org:8200')
    await dialog().getByLabel('Role of the JWT method').fill('sallyport')
    await finish('Add store')
    await page.getByText('It must trust this issuer for tokens of your organization.').waitFor()
    await page.getByRole('link', { name: 'Catalogue' }).click()
    await rowOf(page, 'invoices').click()
    await page.getByRole('button', { name: 'Add credential' }).click()
    await dialog().getByLabel('Name', { exact: true }).fill('elsewhere')
    await dialog().getByLabel('Account on the resource').fill('reader')
    await dialog().getByLabel('It signs in by').selectOption({ label: 'What lies in a third-party store' })
    await dialog().getByLabel('Path', { exact: true }).fill('apps/invoices')
    await dialog().getByLabel('Field', { exact: true }).fill('password')
    await finish('Add credential')
    await page.getByText('Lies in company vault, at apps/invoices, field password').waitFor()
    const { items } = await bed.owner.agent.api('listCredentials', { query: { limit: 100 } })
    expect(items.find(({ name }) => name === 'elsewhere')?.stored).toMatchObject({ path: 'apps/invoices', field: 'password' })
  })

  test('a role is made, given the credential and a person, and says who gains by it', async () => {
    const { page } = owner
    await page.getByRole('link', { name: 'Roles' }).click()
    await page.getByRole('button', { name: 'Add role' }).first().click()
    await dialog().getByLabel('Name', { exact: true }).fill('accounting')
    await finish('Add role')
    await choose(page.getByPlaceholder('Add a credential…'), /^invoices · reporting/)
    await finish('Let them use it')
    await choose(page.getByPlaceholder('Give it to…'), /^grace Example/)
    await dialog().getByText('1 person gains access').waitFor()
    await finish('Give role')
    const { items } = await bed.owner.agent.api('listRoles', { query: { limit: 100 } })
    expect(items.find(({ name }) => name === 'accounting')).toMatchObject({
      users: [expect.any(String)],
      credentials: [expect.any(String)],
    })
  })

  test('the log is exported into the folder that the system’s dialog names, and verified without us', async () => {
    const { page } = owner
    const parent = await makeTemporaryDirectory()
    try {
      const folder = join(parent.path, 'the audit')
      await owner.order({ order: 'savePath', path: folder })
      await page.getByRole('link', { name: 'Organization' }).click()
      await page.getByRole('radio', { name: 'Log' }).dispatchEvent('click')
      await page.getByRole('button', { name: 'Export the log…' }).click()
      await page.getByText('The log was exported.').waitFor()
      const line = (await page.getByText(/^sallyport-verify /).textContent()) ?? ''
      const [, quoted, key] = /^sallyport-verify '(.+)' --key (\S+)$/.exec(line) ?? []
      expect(quoted).toBe(folder)
      expect(await verifyExport(folder, '--key', key ?? '')).toEqual({ exitCode: 0, wrong: [] })
      await page.getByRole('button', { name: 'Show in folder' }).click()
      await owner.until('the folder is shown', ({ opened }) => opened.includes(folder))
      await page.getByRole('button', { name: 'Export again…' }).click()
      await page.getByText('The folder is not empty.').waitFor()
      expect((await owner.state()).crossings.join('\n')).not.toContain('readLogEntries')
    } finally {
      await parent.remove()
    }
  })

  test('the person sees it without asking, and uses it', async () => {
    const row = rowOf(grace.app.page, 'invoices')
    await row.getByText('Ready').waitFor()
    expect(await psqlPrints(await addressOf(row), 'select current_user')).toBe('readonly')
  })
})
