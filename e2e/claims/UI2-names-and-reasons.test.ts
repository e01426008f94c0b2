/**
 * UI2. Whatever people, roles, sites, accounts, devices or reasons are called, they are text: in the app, in its notifications and
 * tray, in its log, and on the pages in the browser.
 *
 * The attacker is a person who may ask for access, and an administrator of little right who may name things. What they write is
 * markup, a message of the catalogue's own syntax, and characters that turn the direction of what follows.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Testbed } from '@sallyport/testbed'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DesktopProgram, desktopMissing, startDesktop } from '../desktop/support/desktop-program.ts'
import { inBrowser } from '../desktop/support/person.ts'

/** What would be an element that runs something. */
const IMAGE = '<img src=x onerror=window.ran=1>'
const SCRIPT = '<script>window.ran=1</script>'
const MESSAGE = '{count, plural, other {#}} {name} <b>'
const TURNED = '\u202E\u2066'
const EVIL = `${IMAGE}${SCRIPT}${MESSAGE}${TURNED}`

describe.skipIf(desktopMissing() !== null)('names and reasons (needs Chromium)', () => {
  let bed: Testbed
  let app: DesktopProgram

  /** That nothing of it became markup, and that all of it is there to be read. */
  const isText = async (page: Page, shown = true): Promise<void> => {
    if (shown) await page.getByText(IMAGE).first().waitFor()
    const found = await page.evaluate<unknown>(`({
      elements: document.querySelectorAll('[onerror], img[src="x"], body script:not([src])').length,
      ran: window.ran ?? null,
    })`)
    expect(found, page.url()).toEqual({ elements: 0, ran: null })
  }
  const evilRow = (): Locator => app.page.getByRole('row').filter({ hasText: IMAGE }).first()
  /** A place may say behind its name how many wait there. */
  const go = async (place: string): Promise<void> => {
    await app.page
      .getByRole('navigation')
      .getByRole('link', { name: new RegExp(`^${place}( \\d+)?$`) })
      .click()
    // Rows of the place before look the same.
    await app.page.getByRole('heading', { level: 1, name: place, exact: true }).waitFor()
  }

  beforeAll(async () => {
    bed = await Testbed.start()
    const { agent, id: owner } = bed.owner
    const { id: role } = await agent.api('createRole', { body: { name: EVIL, description: EVIL, permissions: ['roles.read'] } })
    await agent.api('createSite', { body: { name: EVIL } })
    const { endpoint } = await agent.api('getResource', { parameters: { resource: bed.database.resource } })
    await agent.api('changeResource', { parameters: { resource: bed.database.resource }, body: { description: EVIL, endpoint } })
    const credential = bed.database.credentials['read-only']!
    await agent.api('changeCredential', { parameters: { credential }, body: { userName: EVIL, databases: [EVIL] } })
    await agent.api('createAccessRule', {
      body: {
        name: EVIL,
        priority: 10,
        enabled: true,
        selects: { everything: true, credentials: [], resources: [], tags: [] },
        requesters: { roles: [] },
        approvals: 1,
        approvers: { roles: [], users: [owner] },
        windows: [],
        escalation: null,
        maxDuration: 3600,
        maxExtensions: 0,
        waitsFor: 3600,
        reasonRequired: true,
        emergency: null,
      },
    })
    app = await startDesktop({ profile: bed.owner.agent.profile })
    await app.page.getByRole('heading', { name: 'Resources' }).waitFor()
    await app.until('the tray', (state) => state.tray?.tooltip.includes('Acme') ?? false)

    const { id, invitation } = await bed.invite('mallory')
    const mallory = await bed.startAgent(join(bed.directory, 'profile-mallory'))
    const named = { firstName: EVIL, lastName: EVIL, deviceName: EVIL }
    await mallory.local.call('enrol', { invitation, password: randomBytes(18).toString('base64url'), ...named })
    await agent.api('addRoleMember', { parameters: { role, user: id } })
    await mallory.api('createAccessRequest', { body: { credential, reason: EVIL, duration: 600 } })
  })
  afterAll(async () => {
    await app?.stop()
    await bed?.stop()
  })

  test('a notification and the tray keep them on one line, in one direction', async () => {
    const { notifications, tray } = await app.until('the notification', (state) => state.notifications.length > 0)
    const title = notifications[0]!.title
    expect(title).toContain(IMAGE.slice(0, 10))
    expect(`${title}${JSON.stringify(tray)}`).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
  })

  test.for(['People', 'Roles', 'Catalogue', 'Devices', 'Approvals'])('%s shows them as what they are', async (place) => {
    await go(place)
    if (place === 'Catalogue')
      await app.page
        .getByRole('row', { name: /^shop-db/ })
        .first()
        .click()
    else await evilRow().waitFor()
    await isText(app.page)
    if (place !== 'Catalogue' && place !== 'Devices') {
      await evilRow().click()
      await app.page.getByRole('complementary').getByText(IMAGE).first().waitFor()
      await isText(app.page)
    }
    expect(await app.page.getByText(IMAGE).count()).toBeGreaterThan(0)
  })

  test('no other place makes markup of them', async () => {
    for (const link of await app.page.getByRole('navigation').getByRole('link').all()) {
      const name = await link.innerText()
      await link.click()
      await app.page.getByRole('heading', { level: 1 }).waitFor()
      await isText(app.page, false)
      expect(name).not.toBe('')
    }
  })

  test('the page on which an approval is confirmed shows them as what they are', async () => {
    await go('Approvals')
    await evilRow().click()
    const { opened } = await app.state()
    await app.page.getByRole('button', { name: /^Approve/ }).click()
    await inBrowser(
      app,
      async (page) => {
        await isText(page)
        await page.getByLabel('Password').fill(bed.owner.password)
        await page.getByRole('button', { name: 'Confirm' }).click()
      },
      opened.length,
    )
    await app.page.getByText('Nothing waits for you').waitFor()
    const { badge } = await app.until('nothing to wait', (state) => state.badge === 0)
    expect(badge).toBe(0)
    await isText(app.page, false)
  })
})
