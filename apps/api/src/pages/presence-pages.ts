/** Confirming that one is present: what is confirmed, in words, and the password. */
import { base64urlOf, errorTable } from '@sallyport/protocol'
import { z } from 'zod'
import { withOrganization } from '../db/with-organization.ts'
import { findDevice } from '../domains/devices/index.ts'
import { confirmPresence, findPresenceSubject } from '../domains/presence/index.ts'
import { describeAct } from './describe-act.ts'
import { codeAnswer, overPage, type PageAnswer } from './page.ts'
import { presenceView } from './views/presence.ts'
import { readForm, type Visit } from './visit.ts'

const confirmationForm = z.object({ flow: base64urlOf(32), password: z.string().max(1024) })

const subjectOf = ({ dependencies, organization, now }: Visit, id: string) =>
  withOrganization(dependencies.pool, organization.id, async (transaction) => {
    const subject = await findPresenceSubject(transaction, id, now)
    if (subject === null) return null
    const { flow, session, user } = subject
    return {
      port: flow.redirectPort,
      person: { name: `${user.firstName} ${user.lastName}`, email: user.email },
      device: (await findDevice(transaction, session.device))?.facts.name ?? 'this computer',
      act: flow.act === null ? null : await describeAct(transaction, flow.act),
    }
  })

export const showPresence = async (visit: Visit, id: string, error: string | null = null): Promise<PageAnswer> => {
  const subject = await subjectOf(visit, id)
  return subject === null ? overPage() : presenceView({ ...subject, flow: id, error })
}

export const takePresence = async (visit: Visit, body: Uint8Array): Promise<PageAnswer> => {
  const { flow: id, password } = readForm(confirmationForm, body)
  const { dependencies, organization, address, now } = visit
  const outcome = await confirmPresence(dependencies, { organization: organization.id, id, password, address, now })
  if (outcome.kind === 'confirmed') return codeAnswer(outcome.delivery)
  if (outcome.code === 'browser_code_invalid') return overPage()
  const text = outcome.code === 'sign_in_failed' ? 'The password is wrong.' : errorTable[outcome.code].text
  return showPresence(visit, id, text)
}
