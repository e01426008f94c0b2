/** People at their computers: the app's window, and the browser beside it. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { addDatabase, addRole, type Testbed } from '@sallyport/testbed'
import type { Page } from 'playwright-core'
import { type DesktopProgram, endAgent, startDesktop } from './desktop-program.ts'

export interface AtComputer {
  readonly app: DesktopProgram
  readonly profile: string
  readonly password: string
  /** Ends the app and the agent that it started. */
  leave(): Promise<void>
}

/** Does in a browser what the app asked for by opening a page there; `done`: pages that were opened and dealt with before. */
export const inBrowser = async (app: DesktopProgram, act: (page: Page) => Promise<void>, done = 0): Promise<void> => {
  const { opened } = await app.until('a page in the browser', (state) => state.opened.length > done)
  const page = await app.page.context().newPage()
  try {
    await page.goto(opened.at(-1)!)
    const shown = page.url()
    await act(page)
    // On to the program that waits for the answer.
    await page.waitForURL((url) => url.href !== shown)
  } finally {
    await page.close()
  }
}

/** Pastes an invitation into the app and joins in the browser. */
export const joinByInvitation = async (app: DesktopProgram, invitation: string, password: string): Promise<void> => {
  const { page } = app
  await page.getByLabel('Invitation').fill(invitation)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Continue in the browser' }).click()
  await inBrowser(app, async (browser) => {
    await browser.getByLabel('New password', { exact: true }).fill(password)
    await browser.getByLabel('New password, again').fill(password)
    await browser.getByRole('button', { name: 'Join' }).click()
  })
}

/** A person who was invited sits down at a new computer and joins. */
export const sitDown = async (bed: Testbed, who: { readonly name: string; readonly invitation: string }): Promise<AtComputer> => {
  const profile = join(bed.directory, `computer-${who.name}`)
  const password = randomBytes(18).toString('base64url')
  const env = { SALLYPORT_PASSPHRASE_FILE: join(bed.directory, 'passphrase'), DBUS_SESSION_BUS_ADDRESS: '' }
  const app = await startDesktop({ profile, env })
  await joinByInvitation(app, who.invitation, password).catch(async (cause: unknown) => {
    const shown = await app.page.locator('body').ariaSnapshot()
    await app.stop()
    await endAgent(profile)
    throw new Error(`${who.name} could not join; the app showed:\n${shown}\n${app.errors()}`, { cause })
  })
  return {
    app,
    profile,
    password,
    leave: async () => {
      await app.stop()
      await endAgent(profile)
    },
  }
}

/** What a person is given in a test. */
export interface Given {
  readonly invitation: string
  readonly role: string
  /** Of `<name>/read-only`. */
  readonly credentials: readonly string[]
}

/**
 * Invites a person to databases that nobody else has: everybody of a testbed sits at one computer, whose ports are one each.
 * `trust`: the authority that the server's certificate must come from; absent: its own.
 */
export const invitedTo = async (
  bed: Testbed,
  name: string,
  databases: Readonly<Record<string, { readonly trust?: string }>>,
): Promise<Given> => {
  const { users, caPem, port, database } = bed.shop
  const credentials: string[] = []
  for (const [resource, { trust = caPem }] of Object.entries(databases)) {
    const made = await addDatabase(bed.owner.agent, {
      site: bed.site,
      name: resource,
      endpoint: {
        protocol: 'postgresql',
        host: '127.0.0.1',
        port,
        tls: { kind: 'authority', certificates: trust, serverName: null },
        plaintextAllowed: false,
        weakestAuthentication: 'scram',
      },
      database,
      credentials: { 'read-only': { userName: users.readonly.name, password: users.readonly.password } },
    })
    credentials.push(made.credentials['read-only']!)
  }
  const { id, invitation } = await bed.invite(name)
  const role = await addRole(bed.owner.agent, { users: [id], credentials })
  return { invitation, role, credentials }
}
