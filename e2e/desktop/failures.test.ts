/** What people see when something between them and a database fails, and that it mends itself. */
import { makeAuthority, spawnProgram, waitFor } from '@sallyport/testkit'
import { Testbed } from '@sallyport/testbed'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { psqlPrints, psqlRefusal } from '../support/run-psql.ts'
import { endAgent } from './support/desktop-program.ts'
import { onDesktops } from './support/desktops.ts'
import { invitedTo } from './support/databases.ts'
import { type AtComputer, sitDown } from './support/person.ts'
import { addressOf, rowOf } from './support/resource-rows.ts'

onDesktops('when something fails', (start) => {
  let bed: Testbed
  let grace: AtComputer

  const row = (name: string): Locator => rowOf(grace.app.page, name)
  beforeAll(async () => {
    bed = await Testbed.start()
    const other = await makeAuthority({ name: 'another authority' })
    const given = await invitedTo(bed, 'grace', { orders: {}, ledger: { trust: other.ca } })
    grace = await sitDown(bed, { start, name: 'grace', invitation: given.invitation })
    for (const name of ['orders', 'ledger']) await row(name).getByText('Ready').waitFor()
  })
  afterAll(async () => {
    await grace?.leave()
    await bed?.stop()
  })

  test('a server with the wrong certificate is not connected to, and the row says why', async () => {
    const ledger = row('ledger')
    const { code, text } = await psqlRefusal(await addressOf(ledger))
    expect(code).toBe('resource_certificate')
    await ledger.getByText('Failed').waitFor()
    await ledger.click()
    await grace.app.page.getByText('resource_certificate').first().waitFor()
    const message = text.split('FATAL:')[1]!.split('.')[0]!.trim()
    expect(await grace.app.page.locator('body').innerText()).toContain(message)
  })

  test('a gateway that is lost cuts the connection; found again, the next query goes through', async () => {
    const orders = row('orders')
    const psql = await spawnProgram({
      name: 'psql',
      command: 'psql',
      args: ['--no-psqlrc', '-c', 'select 1', '-c', 'select pg_sleep(300)', await addressOf(orders)],
      env: { PATH: process.env['PATH'] },
    })
    await orders.getByText('In use').waitFor()
    const gateway = bed.gateways[0]!
    await gateway.stop()
    expect((await psql.exited).code).not.toBe(0)
    await grace.app.page.getByText('No gateway connected').waitFor()
    await bed.restartGateway(gateway)
    const address = await addressOf(orders)
    expect(await waitFor(() => psqlPrints(address, 'select 1'), { description: 'the gateway', timeoutMs: 120_000 })).toBe('1')
    await orders.getByText('Ready').waitFor()
  })

  test('while the API cannot be reached open connections go on, and the page stays readable', async () => {
    const orders = row('orders')
    await bed.central.api.stop()
    const { page } = grace.app
    await page.getByText('Cannot reach').waitFor({ timeout: 180_000 })
    await orders.waitFor()
    await bed.restartApi()
    await page.getByText('Cannot reach').waitFor({ state: 'detached', timeout: 180_000 })
    const address = await addressOf(orders)
    // The gateway finds the API again by itself, at a time of its own.
    expect(await waitFor(() => psqlPrints(address, 'select 1'), { description: 'the gateway', timeoutMs: 120_000 })).toBe('1')
  })

  test('an agent that stopped is told, and started again by a click', async () => {
    const { page } = grace.app
    await endAgent(grace.profile)
    const told = page.getByText('The background agent stopped.')
    await told.first().waitFor()
    await page.getByRole('button', { name: 'Start it' }).click()
    await expect.poll(() => told.count(), { timeout: 90_000 }).toBe(0)
    const orders = row('orders')
    await orders.getByText('Ready').waitFor()
    expect(await psqlPrints(await addressOf(orders), 'select 1')).toBe('1')
  })
})
