/** People at their computers: the app's window, and the browser beside it. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Testbed } from '@sallyport/testbed'
import type { Page } from 'playwright-core'
import { type DesktopProgram, endAgent, startDesktop } from './desktop-program.ts'
import type { StartDesktop } from './desktops.ts'

export interface AtComputer {
  readonly app: DesktopProgram
  readonly profile: string
  readonly password: string
  /** Ends the app and the agent. */
  leave(): Promise<void>
}

/** Does in a browser what the app asked for by opening a page there; `done`: pages that were opened and dealt with before. */
export const inBrowser = async (app: DesktopProgram, act: (page: Page) => Promise<void>, done = 0): Promise<void> => {
  const { opened } = await app.until('a page in the browser', (state) => state.opened.length > done)
  const page = await app.browse()
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

/** Confirms in the browser what the app is about to do. `done`: as of {@link inBrowser}. */
export const confirmInBrowser = (app: DesktopProgram, password: string, done: number): Promise<void> =>
  inBrowser(
    app,
    async (browser) => {
      await browser.getByLabel('Password').fill(password)
      await browser.getByRole('button', { name: 'Confirm' }).click()
    },
    done,
  )

export interface SitsDown {
  readonly name: string
  readonly invitation: string
  /** Of a keychain that keeps the keys; absent: they are kept under a passphrase. */
  readonly keychain?: Readonly<Record<string, string>>
  /** Where the app runs; absent: on the stand-in. */
  readonly start?: StartDesktop
}

/** A person who was invited sits down at a new computer and joins. Where their keys are in no keychain, its agent runs already. */
export const sitDown = async (bed: Testbed, who: SitsDown): Promise<AtComputer> => {
  const profile = join(bed.directory, `computer-${who.name}`)
  const password = randomBytes(18).toString('base64url')
  const passphrase = { SALLYPORT_PASSPHRASE_FILE: join(bed.directory, 'passphrase'), DBUS_SESSION_BUS_ADDRESS: '' }
  const env = who.keychain ?? passphrase
  if (who.keychain === undefined) await bed.startAgent(profile)
  const app = await (who.start ?? startDesktop)({ profile, env })
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
