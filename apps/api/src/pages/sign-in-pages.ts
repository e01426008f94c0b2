/** Signing in: the password, and on a computer that is new, whose place it takes. */
import { base64urlOf, email as emailAddress, type ErrorCode, errorTable } from '@sallyport/protocol'
import { z } from 'zod'
import { withOrganization } from '../db/with-organization.ts'
import { type BrowserFlow, findFlow } from '../domains/browser-flows/index.ts'
import { chooseDevice, proveOnPage } from '../domains/sign-in/index.ts'
import { codeAnswer, messagePage, overPage, type PageAnswer } from './page.ts'
import { chooseDeviceView } from './views/choose-device.ts'
import { signInView } from './views/sign-in.ts'
import { readForm, type Visit } from './visit.ts'

const flowId = base64urlOf(32)
const passwordForm = z.object({ flow: flowId, email: z.string().max(254), password: z.string().max(1024) })
const deviceForm = z.object({
  flow: flowId,
  step: base64urlOf(32),
  replaces: z.union([z.literal(''), z.uuid()]).default(''),
  recoveryCode: z.string().max(64).default(''),
})

type SignInFlow = Extract<BrowserFlow, { readonly kind: 'sign-in' }>

const flowOf = async ({ dependencies, organization, now }: Visit, id: string): Promise<SignInFlow | null> => {
  const flow = await withOrganization(dependencies.pool, organization.id, (transaction) => findFlow(transaction, id, now))
  return flow?.kind === 'sign-in' ? flow : null
}

const partsOf = ({ dependencies: { pool, authority, passwords } }: Visit) => ({ pool, authority, passwords })

export const showSignIn = async (visit: Visit, id: string): Promise<PageAnswer> => {
  const flow = await flowOf(visit, id)
  if (flow === null) return overPage()
  const { redirectPort: port, facts } = flow
  return signInView({ organization: visit.organization.name, flow: id, port, facts, email: '', error: null })
}

/** These end the attempt: trying again on the page would not help. */
const final: readonly ErrorCode[] = ['user_disabled']

export const takePassword = async (visit: Visit, body: Uint8Array): Promise<PageAnswer> => {
  const form = readForm(passwordForm, body)
  const flow = await flowOf(visit, form.flow)
  if (flow === null) return overPage()
  const { organization, address, now } = visit
  const { redirectPort: port, facts } = flow
  const common = { organization: organization.name, flow: form.flow, port, facts }
  const again = (code: ErrorCode): PageAnswer => signInView({ ...common, email: form.email, error: errorTable[code].text })
  const email = emailAddress.safeParse(form.email.trim())
  if (!email.success || form.password === '') return again('sign_in_failed')
  const given = { organization, id: form.flow, email: email.data, password: form.password, address, now }
  const outcome = await proveOnPage(partsOf(visit), given)
  switch (outcome.kind) {
    case 'given':
      return codeAnswer(outcome.delivery)
    case 'choose':
      return chooseDeviceView({ ...common, slug: organization.slug, step: outcome.step, choice: outcome.choice, error: null })
    case 'refused': {
      if (outcome.code === 'browser_code_invalid') return overPage()
      if (!final.includes(outcome.code)) return again(outcome.code)
      return messagePage('You cannot sign in', errorTable[outcome.code].text, 403)
    }
  }
}

export const takeDevice = async (visit: Visit, body: Uint8Array): Promise<PageAnswer> => {
  const form = readForm(deviceForm, body)
  const flow = await flowOf(visit, form.flow)
  if (flow === null) return overPage()
  const { organization, address, now } = visit
  const { flow: id, step, recoveryCode } = form
  const replaces = form.replaces === '' ? null : form.replaces
  const outcome = await chooseDevice(partsOf(visit), { organization, id, step, replaces, recoveryCode, address, now })
  if (outcome.kind === 'given') return codeAnswer(outcome.delivery)
  if (outcome.kind === 'gone') return overPage()
  const { redirectPort: port, facts } = flow
  const error =
    outcome.kind === 'throttled' ? errorTable.sign_in_throttled.text : 'This is none of your recovery codes, or it was used.'
  const common = { organization: organization.name, slug: organization.slug, flow: id, step, port, facts }
  return chooseDeviceView({ ...common, choice: outcome.choice, error })
}
