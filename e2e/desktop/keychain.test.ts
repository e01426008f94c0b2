/** Keys in the keychain of the desktop: what people see while it is locked, and that nothing is lost by it. */
import { secretService, secretServiceSkipReason, type SecretService } from '@sallyport/testkit'
import { Testbed } from '@sallyport/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { psqlPrints } from '../support/run-psql.ts'
import { invitedTo } from './support/databases.ts'
import { endAgent } from './support/desktop-program.ts'
import { onDesktops } from './support/desktops.ts'
import { type AtComputer, sitDown } from './support/person.ts'
import { addressOf, rowOf } from './support/resource-rows.ts'

const why = secretServiceSkipReason()

describe.skipIf(why !== null)(`keys in the keychain (${why ?? 'runs'})`, () => {
  onDesktops('the app', (start) => {
    let bed: Testbed
    let keychain: SecretService
    let grace: AtComputer

    beforeAll(async () => {
      keychain = await secretService()
      bed = await Testbed.start()
      const { invitation } = await invitedTo(bed, 'grace', { orders: {} })
      grace = await sitDown(bed, { start, name: 'grace', invitation, keychain: keychain.env as Readonly<Record<string, string>> })
      await rowOf(grace.app.page, 'orders').getByText('Ready').waitFor()
    })
    afterAll(async () => {
      await keychain?.unlock()
      await grace?.leave()
      await bed?.stop()
      await keychain?.stop()
    })

    test('while the keychain is locked the app says so; unlocked, one click goes on where it was', async () => {
      const { page } = grace.app
      await keychain.lock()
      await endAgent(grace.profile)
      await page.getByRole('button', { name: 'Start it' }).click()
      const told = page.getByText('Your keychain is locked.')
      await told.waitFor()
      await keychain.unlock()
      await page.getByRole('group').filter({ has: told }).getByRole('button', { name: 'Try again' }).click()
      await told.waitFor({ state: 'detached' })
      const row = rowOf(page, 'orders')
      await row.getByText('Ready').waitFor()
      expect(await psqlPrints(await addressOf(row), 'select current_user')).toBe('readonly')
    })
  })
})
