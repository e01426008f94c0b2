import { decodeInvitation, SallyportError } from '@sallyport/protocol'
import { fingerprintGroups } from '../../shared/fingerprint-groups.ts'
import type { Contact } from '../../shared/local-api.ts'
import { looksLikeAddress } from '../../shared/organization-address.ts'
import { askTwice } from '../administration/secret-options.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { secretLine, textOrFile } from '../parameters/files.ts'
import { flag, option, optionalArgument } from '../parameters/parameter.ts'
import { emailAddress, text } from '../parameters/readers.ts'
import { statusAnswer } from './status-view.ts'

const SHORTEST_PASSWORD = 12
const FILE_INSTEAD = 'Give a file: --password-file <file>'

export const loginCommand = defineCommand({
  words: 'login',
  summary: 'Signs in; with an invitation or an address, enrols this computer first',
  details: `With an invitation that was not used yet you choose a password (at least ${SHORTEST_PASSWORD} characters). With --email an invitation that was
used, of anybody in the organization, only tells this computer where to sign in; so does the address of an organization that
has an account for you already, such as https://sallyport.example.com/acme, if this computer trusts its certificate. Passwords are asked for without showing
them, or read from a file; they are never given on the command line.`,
  parameters: {
    invitation: optionalArgument(
      'invitation',
      'the invitation itself, @file, or - for standard input; or the address of the organization',
      textOrFile,
    ),
    email: option('email <address>', 'e-mail address; asked for if not given', emailAddress),
    password: option('password-file <file>', 'a file with the password; - for standard input', secretLine),
    firstName: option('first-name <name>', 'with an invitation: your first name, if it is to change', text),
    lastName: option('last-name <name>', 'with an invitation: your last name, if it is to change', text),
    deviceName: option('device-name <name>', 'what this computer is called in the organization', text),
    browser: flag('browser', 'signs in on a page in the browser, which is given the password instead of this terminal'),
    paste: flag('paste', 'signs in in a browser on another computer, whose page shows a code to paste here; usual over SSH'),
    newDevice: flag(
      'new-device',
      'with --browser: begins with new keys, because those of this computer are lost or were revoked',
    ),
  },
  examples: [
    'sallyport login @invitation.txt',
    'sallyport login https://sallyport.example.com/acme',
    'sallyport login --email ada@example.org --password-file password.txt',
  ],
  run: async (context, values) => {
    const given = await placeOf(context, values)
    if (given.browser || given.paste) return statusAnswer(await inBrowser(context, given))
    const status =
      given.invitation !== undefined && given.email === undefined
        ? await accept(context, { ...given, invitation: given.invitation })
        : await signIn(context, given)
    return statusAnswer(status)
  },
})

interface Typed {
  readonly invitation: string | undefined
  readonly email: string | undefined
  readonly password: string | undefined
  readonly firstName: string | undefined
  readonly lastName: string | undefined
  readonly deviceName: string | undefined
  readonly browser: boolean
  readonly paste: boolean
  readonly newDevice: boolean
}

interface Given extends Typed {
  /** Found at the address that was given instead of an invitation. */
  readonly contact: Contact | undefined
}

/** An address is looked up; its certificate proves it, not whoever reads what is shown of it. */
const placeOf = async (context: Context, typed: Typed): Promise<Given> => {
  const { invitation: address } = typed
  if (address === undefined || !looksLikeAddress(address)) return { ...typed, contact: undefined }
  const agent = await context.agent()
  const contact = await context.progress('Looking up the organization', agent.call('findOrganization', { address }))
  context.note(`${contact.name} at ${new URL(contact.api).host}, whose certificate this computer trusts.`)
  context.note(`Key fingerprint: ${fingerprintGroups(contact.rootFingerprint).join(' ')}`)
  return { ...typed, invitation: undefined, contact }
}

/** The page is given e-mail address and password: nothing of them passes through here. */
const inBrowser = async (context: Context, { invitation, contact, email, deviceName, paste, newDevice }: Given) => {
  const agent = await context.agent()
  const visits = context.visits(paste ? true : undefined)
  const { id, url } = await agent.call('beginSignIn', {
    // As in the terminal: who names themselves has used theirs.
    accept: invitation !== undefined && email === undefined,
    newDevice,
    paste: visits.paste,
    ...(contact === undefined ? {} : { contact }),
    ...(invitation === undefined ? {} : { invitation }),
    ...(deviceName === undefined ? {} : { deviceName }),
  })
  await visits.visit(agent, { id, url, request: 'Sign in in the browser:' })
  return agent.call('awaitSignIn', { id })
}

const accept = async (context: Context, { invitation, password, ...rest }: Given & { readonly invitation: string }) => {
  const { organization, api } = decodeInvitation(invitation)
  const agent = await context.agent()
  context.note(`You are joining ${organization} at ${api}.`)
  const chosen = password ?? (await newPassword(context))
  if (chosen.length < SHORTEST_PASSWORD) throw tooShort()
  const { firstName, lastName, deviceName } = rest
  const names = {
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(deviceName === undefined ? {} : { deviceName }),
  }
  return context.progress('Enrolling this computer', agent.call('enrol', { invitation, password: chosen, ...names }))
}

const tooShort = (): SallyportError =>
  new SallyportError('invalid_request', { message: `A password has at least ${SHORTEST_PASSWORD} characters.` })

/** Asks until it is long enough and typed twice the same. */
export const newPassword = async (context: Context): Promise<string> => {
  for (;;) {
    const password = await askTwice(context, `New password, at least ${SHORTEST_PASSWORD} characters`)
    if (password.length >= SHORTEST_PASSWORD) return password
    context.note(tooShort().message)
  }
}

const signIn = async (context: Context, { invitation, contact, email, password, deviceName }: Given) => {
  const agent = await context.agent()
  const status = await agent.call('status', {})
  if (status.state === 'signed-in' && (email === undefined || email === status.user?.email)) {
    context.note('You are signed in already.')
    return status
  }
  if (status.state === 'signed-in')
    throw new SallyportError('conflict', { message: `${status.user?.email} is signed in. Sign out first: sallyport logout` })
  if (status.state === 'not-enrolled' && invitation === undefined && contact === undefined)
    throw new SallyportError('not_enrolled', {
      message: 'This computer is not enrolled. Sign in with the invitation you were sent: sallyport login <invitation>',
    })
  const chosenEmail = email ?? (await askEmail(context, status.user?.email))
  const chosenPassword = password ?? (await context.prompter.ask('Password: ', { hidden: true, instead: FILE_INSTEAD }))
  const place = {
    ...(invitation === undefined ? {} : { invitation }),
    ...(contact === undefined ? {} : { contact }),
    ...(deviceName === undefined ? {} : { deviceName }),
  }
  return context.progress('Signing in', agent.call('signIn', { email: chosenEmail, password: chosenPassword, ...place }))
}

const askEmail = async (context: Context, last: string | undefined): Promise<string> => {
  const question = last === undefined ? 'E-mail address: ' : `E-mail address [${last}]: `
  const typed = (await context.prompter.ask(question, { instead: 'Say who signs in: --email <address>' })).trim()
  return emailAddress.read(typed === '' && last !== undefined ? last : typed, context)
}
