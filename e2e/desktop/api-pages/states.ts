/** Every page that the API shows in a browser, in every state that a person may find it in. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Agent, Central, startAgent } from '@sallyport/testbed'
import { makeTemporaryDirectory } from '@sallyport/testkit'
import type { Page } from 'playwright-core'

export interface PageState {
  /** `sign-in-wrong` */
  readonly name: string
  readonly url: string
  /** What the person does before the page looks like that. */
  readonly act?: (page: Page) => Promise<void>
}

export interface ApiPages {
  readonly states: readonly PageState[]
  stop(): Promise<void>
}

/** Each button sends a form: what follows is the page that answers. */
const press = async (page: Page, name: string): Promise<void> => {
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name }).click()])
}

const signIn = async (page: Page, password: string): Promise<void> => {
  await page.getByLabel('E-mail address').fill('owner@acme.example')
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
}

const confirm = async (page: Page, password: string): Promise<void> => {
  await page.getByLabel('Password').fill(password)
  await press(page, 'Confirm')
}

const grace = { email: 'grace@acme.example', firstName: 'Grace', lastName: 'Hopper' }

/** An API with its owner signed in on one computer, while somebody sits at another one. */
export const startApiPages = async (): Promise<ApiPages> => {
  const folder = await makeTemporaryDirectory()
  const central = await Central.start({}, folder.path)
  const passphraseFile = join(folder.path, 'passphrase')
  await writeFile(passphraseFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
  const computer = (name: string): Promise<Agent> => startAgent({ profile: join(folder.path, name), name, passphraseFile })
  const [own, other] = await Promise.all([computer('own'), computer('other')])
  const stop = async (): Promise<void> => {
    await Promise.all([own.stop(), other.stop()])
    await central.stop()
    await folder.remove()
  }
  const password = randomBytes(18).toString('base64url')
  try {
    await own.local.call('enrol', { invitation: central.invitation, password })
    own.confirmWith(password)
    const { id } = await own.api('createUser', { body: grace })
    const { invitation } = await own.api('createInvitation', { parameters: { user: id } })
    return { states: await statesOf({ own, other, password, invitations: { used: central.invitation, open: invitation } }), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Setting {
  readonly own: Agent
  readonly other: Agent
  readonly password: string
  readonly invitations: { readonly used: string; readonly open: string }
}

const statesOf = async ({ own, other, password, invitations }: Setting): Promise<PageState[]> => {
  const begin = async (accept: boolean): Promise<string> => {
    const invitation = accept ? invitations.open : invitations.used
    return (await other.local.call('beginSignIn', { invitation, accept })).url
  }
  const presence = async (call: { readonly route: 'createUser'; readonly input: unknown } | null, paste = false) =>
    (await own.local.call('beginPresence', { call, paste })).url
  const makeUser = { route: 'createUser', input: { body: { ...grace, email: 'alan@acme.example' } } } as const
  const first = await begin(false)
  const pages = new URL(first).origin
  return [
    { name: 'sign-in', url: first },
    { name: 'sign-in-wrong', url: await begin(false), act: (page) => signIn(page, 'wrong') },
    { name: 'new-computer', url: await begin(false), act: (page) => signIn(page, password) },
    {
      name: 'new-computer-wrong-code',
      url: await begin(false),
      act: async (page) => {
        await signIn(page, password)
        await page.getByLabel('Recovery code').fill('none-of-mine')
        await press(page, 'Continue')
      },
    },
    { name: 'invitation', url: await begin(true) },
    {
      name: 'invitation-wrong',
      url: await begin(true),
      act: async (page) => {
        await page.getByLabel('New password', { exact: true }).fill('longer than twelve')
        await page.getByLabel('New password, again').fill('something else')
        await press(page, 'Join')
      },
    },
    { name: 'presence', url: await presence(null) },
    { name: 'presence-call', url: await presence(makeUser) },
    { name: 'presence-wrong', url: await presence(makeUser), act: (page) => confirm(page, 'wrong') },
    { name: 'presence-elsewhere', url: await presence(null, true) },
    { name: 'code', url: await presence(null, true), act: (page) => confirm(page, password) },
    { name: 'invitation-link', url: `${pages}/invitation#${invitations.open}` },
    { name: 'invitation-link-cut', url: `${pages}/invitation` },
    { name: 'done', url: `${pages}/done` },
    { name: 'over', url: `${pages}/acme/sign-in?flow=${'x'.repeat(43)}` },
    { name: 'no-such-page', url: `${pages}/elsewhere` },
  ]
}
