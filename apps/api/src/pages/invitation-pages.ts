/** Accepting an invitation: names and a first password. */
import { base64urlOf, displayName } from '@sallyport/protocol'
import { z } from 'zod'
import { withOrganization } from '../db/with-organization.ts'
import { acceptOnPage, findInvited } from '../domains/sign-in/index.ts'
import { codeAnswer, overPage, type PageAnswer } from './page.ts'
import { invitationView, SHORTEST_PASSWORD } from './views/invitation.ts'
import { readForm, type Visit } from './visit.ts'

const flowId = base64urlOf(32)
const acceptanceForm = z.object({
  flow: flowId,
  firstName: z.string().max(400),
  lastName: z.string().max(400),
  password: z.string().max(1024),
  repeated: z.string().max(1024),
})
type AcceptanceForm = z.output<typeof acceptanceForm>

const invitedOf = ({ dependencies, organization, now }: Visit, id: string) =>
  withOrganization(dependencies.pool, organization.id, (transaction) => findInvited(transaction, id, now))

const viewOf = (visit: Visit, invited: NonNullable<Awaited<ReturnType<typeof invitedOf>>>, flow: string) => ({
  organization: visit.organization.name,
  flow,
  port: invited.flow.redirectPort,
  facts: invited.flow.facts,
  email: invited.user.email,
})

export const showInvitation = async (visit: Visit, id: string): Promise<PageAnswer> => {
  const invited = await invitedOf(visit, id)
  if (invited === null) return overPage()
  const { firstName, lastName } = invited.user
  return invitationView({ ...viewOf(visit, invited, id), firstName, lastName, error: null })
}

/** null: everything fits. */
const problemOf = (form: AcceptanceForm): { readonly text: string; readonly field: string } | null => {
  if (!displayName.safeParse(form.firstName).success) return { text: 'Say your first name.', field: 'firstName' }
  if (!displayName.safeParse(form.lastName).success) return { text: 'Say your last name.', field: 'lastName' }
  if (form.password.length < SHORTEST_PASSWORD) {
    return { text: `The password needs at least ${SHORTEST_PASSWORD} characters.`, field: 'password' }
  }
  return form.password === form.repeated ? null : { text: 'The two passwords are not the same.', field: 'repeated' }
}

export const takeInvitation = async (visit: Visit, body: Uint8Array): Promise<PageAnswer> => {
  const form = readForm(acceptanceForm, body)
  const invited = await invitedOf(visit, form.flow)
  if (invited === null) return overPage()
  const error = problemOf(form)
  const { firstName, lastName } = form
  if (error !== null) return invitationView({ ...viewOf(visit, invited, form.flow), firstName, lastName, error })
  const { dependencies, organization, now } = visit
  const names = { firstName: displayName.parse(firstName), lastName: displayName.parse(lastName) }
  const delivery = await acceptOnPage(dependencies, { organization, id: form.flow, password: form.password, ...names, now })
  return delivery === null ? overPage() : codeAnswer(delivery)
}
