/** One person asks for access, another one approves it in an app of their own, and the end of its time cuts the connection. */
import { spawnProgram } from '@sallyport/testkit'
import { Testbed } from '@sallyport/testbed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { psqlPrints } from '../support/run-psql.ts'
import { addShop, invitedTo } from './support/databases.ts'
import { onDesktops } from './support/desktops.ts'
import { type AtComputer, confirmInBrowser, sitDown } from './support/person.ts'
import { addressOf, rowOf } from './support/resource-rows.ts'

/** Enough to use it, however busy the machine is. */
const SECONDS = 45
const REASON = 'Order 4711 was charged twice.'

onDesktops('asking and approving', (start) => {
  let bed: Testbed
  let grace: AtComputer
  let linus: AtComputer

  beforeAll(async () => {
    bed = await Testbed.start()
    const ledger = await addShop(bed, 'ledger')
    const [asks, approves] = [await invitedTo(bed, 'grace', {}), await invitedTo(bed, 'linus', {})]
    await bed.owner.agent.api('createAccessRule', {
      body: {
        name: 'ledger',
        priority: 10,
        enabled: true,
        selects: { everything: false, credentials: [ledger], resources: [], tags: [] },
        requesters: { roles: [asks.role] },
        approvals: 1,
        approvers: { roles: [approves.role], users: [] },
        windows: [],
        escalation: null,
        maxDuration: SECONDS,
        maxExtensions: 0,
        waitsFor: 3600,
        reasonRequired: true,
        emergency: null,
      },
    })
    grace = await sitDown(bed, { start, name: 'grace', invitation: asks.invitation })
    linus = await sitDown(bed, { start, name: 'linus', invitation: approves.invitation })
    await linus.app.until('the tray', (state) => state.tray?.tooltip.includes('Acme') ?? false)
  })
  afterAll(async () => {
    await grace?.leave()
    await linus?.leave()
    await bed?.stop()
  })

  test('a person without access asks, and says why', async () => {
    const { page } = grace.app
    await page.getByText('Nothing is shared with you yet').waitFor()
    await page.getByRole('link', { name: 'Requests' }).click()
    await page.getByRole('button', { name: 'See what you can ask for' }).click()
    await rowOf(page, 'ledger').click()
    await page.getByRole('button', { name: 'Send request' }).click()
    await page.getByText('Say why you need it.').waitFor()
    await page.getByRole('textbox', { name: 'Why', exact: true }).fill(REASON)
    await page.getByRole('button', { name: 'Send request' }).click()
    await page.getByText('Waiting for approval').first().waitFor()
    expect(await page.getByText(REASON).count()).toBeGreaterThan(0)
  })

  test('who may approve is told, without the reason; who asked is not', async () => {
    const { notifications, badge, tray } = await linus.app.until(
      'the notification',
      (state) =>
        state.notifications.length > 0 && (state.tray?.items.some(({ label }) => label.startsWith('1 request')) ?? false),
    )
    expect(notifications).toEqual([
      {
        title: `grace Example asks for ledger/read-only, ${SECONDS} seconds`,
        body: 'Open Sallyport to read why and to decide.',
        open: true,
      },
    ])
    expect(badge).toBe(1)
    expect(JSON.stringify([notifications, tray])).not.toContain('4711')
    expect(await grace.app.state()).toMatchObject({ notifications: [], badge: 0 })
  })

  test('they read the reason in their app, and approve with their password in the browser', async () => {
    const { app, password } = linus
    const { notifications, opened } = await app.state()
    await app.order({ order: 'clickNotification', title: notifications[0]!.title })
    const { page } = app
    await page.getByRole('row').filter({ hasText: REASON }).click()
    await page.getByRole('button', { name: `Approve ${SECONDS} seconds` }).click()
    await confirmInBrowser(app, password, opened.length)
    await page.getByText('Nothing waits for you').waitFor()
    const later = await app.until('nothing to wait', (state) => state.badge === 0)
    expect(later.notifications).toMatchObject([{ open: false }])
  })

  test('the access opens by itself, and its end cuts the connection; both are told', async () => {
    const { page } = grace.app
    const told = (title: string) =>
      grace.app.until(title, ({ notifications }) => notifications.some((notice) => notice.title === title && notice.open))
    await told(`Approved: ledger/read-only, ${SECONDS} seconds`)
    await page.getByRole('link', { name: 'Resources' }).click()
    const row = rowOf(page, 'ledger')
    await row
      .getByText(/127\.0\.0\.1:\d+/)
      .first()
      .waitFor()
    const address = await addressOf(row)
    expect(await psqlPrints(address, 'select current_user')).toBe('readonly')
    const psql = await spawnProgram({
      name: 'psql',
      command: 'psql',
      args: ['--no-psqlrc', '-c', 'select pg_sleep(300)', address],
      env: { PATH: process.env['PATH'] },
    })
    expect((await psql.exited).code).not.toBe(0)
    await row.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Requests' }).click()
    await page.getByRole('row').filter({ hasText: REASON }).getByText('Ended').waitFor()
    const { notifications } = await told('Your access to ledger/read-only has ended')
    expect(JSON.stringify(notifications)).not.toContain(REASON)
  })
})
