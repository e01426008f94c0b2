/** What people see when something between them and a database fails, and that it mends itself. */
import { makeAuthority, spawnProgram, waitFor } from '@sallyport/testkit'
import { Testbed } from '@sallyport/testbed'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { psqlPrints, psqlRefusal } from '../support/run-psql.ts'
import { desktopMissing, endAgent } from './support/desktop-program.ts'
import { type AtComputer, invitedTo, sitDown } from './support/person.ts'

describe.skipIf(desktopMissing() !== null)('when something fails (needs Chromium)', () => {
  let bed: Testbed
  let grace: AtComputer

  const rowOf = (name: string): Locator => grace.app.page.getByRole('row', { name: new RegExp(`^${name} `) })
  const addressOf = async (row: Locator): Promise<string> => {
    const shown = /127\.0\.0\.1:\d+/.exec(await row.innerText())?.[0]
    return `postgresql://anyone:anything@${shown}/shop?sslmode=disable`
  }
  beforeAll(async () => {
    bed = await Testbed.start()
    const other = await makeAuthority({ name: 'another authority' })
    const given = await invitedTo(bed, 'grace', { orders: {}, ledger: { trust: other.ca } })
    grace = await sitDown(bed, { name: 'grace', invitation: given.invitation })
    for (const name of ['orders', 'ledger']) await rowOf(name).getByText('Ready').waitFor()
  })
  afterAll(async () => {
    await grace?.leave()
    await bed?.stop()
  })

  test('a server with the wrong certificate is not connected to, and the row says why', async () => {
    const ledger = rowOf('ledger')
    const { code, text } = await psqlRefusal(await addressOf(ledger))
    expect(code).toBe('resource_certificate')
    await ledger.getByText('Failed').waitFor()
    await ledger.click()
    await grace.app.page.getByText('resource_certificate').first().waitFor()
    const message = text.split('FATAL:')[1]!.split('.')[0]!.trim()
    expect(await grace.app.page.locator('body').innerText()).toContain(message)
  })

  test('a gateway that is lost cuts the connection; found again, the next query goes through', async () => {
    const orders = rowOf('orders')
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
    expect(await waitFor(() => psqlPrints(address, 'select 1'), { description: 'the gateway', timeoutMs: 60_000 })).toBe('1')
    await orders.getByText('Ready').waitFor()
  })

  test('while the API cannot be reached open connections go on, and the page stays readable', async () => {
    const orders = rowOf('orders')
    await bed.central.api.stop()
    const { page } = grace.app
    await page.getByText('Cannot reach').waitFor({ timeout: 90_000 })
    await orders.waitFor()
    await bed.restartApi()
    await page.getByText('Cannot reach').waitFor({ state: 'detached', timeout: 90_000 })
    expect(await psqlPrints(await addressOf(orders), 'select 1')).toBe('1')
  })

  test('an agent that stopped is told, and started again by a click', async () => {
    const { page } = grace.app
    await endAgent(grace.profile)
    await page.getByText('The background agent stopped.').waitFor()
    await page.getByRole('button', { name: 'Start it' }).click()
    await page.getByText('The background agent stopped.').waitFor({ state: 'detached' })
    const orders = rowOf('orders')
    await orders.getByText('Ready').waitFor()
    expect(await psqlPrints(await addressOf(orders), 'select 1')).toBe('1')
  })
})
