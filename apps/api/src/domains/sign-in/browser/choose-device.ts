/** The second page of a sign-in on a device that is not let in yet: whose place it takes, and a recovery code. */
import type { AuditActor, Organization } from '@sallyport/protocol/api'
import type { Transaction } from '../../../db/schema.ts'
import { withOrganization } from '../../../db/with-organization.ts'
import { type CodeDelivery, deliveryOf, giveCode, lockFlowAtStep } from '../../browser-flows/index.ts'
import { useRecoveryCode } from '../../recovery-codes/index.ts'
import { recordRefusal } from '../complete.ts'
import type { SignInParts } from '../sign-in.ts'
import { admitAttempt } from '../throttle.ts'
import { choiceOfFlow, type DeviceChoice } from './prove.ts'

export interface DeviceChoiceOnPage {
  readonly organization: Organization
  readonly id: string
  readonly step: string
  /** The device that is lost; null: this is another one. */
  readonly replaces: string | null
  /** As it was typed; empty: none. */
  readonly recoveryCode: string
  readonly address: string
  readonly now: number
}

export type ChoiceOutcome =
  | { readonly kind: 'given'; readonly delivery: CodeDelivery }
  | { readonly kind: 'wrong-code' | 'throttled'; readonly choice: DeviceChoice }
  | { readonly kind: 'gone' }

const decide = async (transaction: Transaction, given: DeviceChoiceOnPage): Promise<ChoiceOutcome> => {
  const { organization, id, replaces, recoveryCode, address, now } = given
  const flow = await lockFlowAtStep(transaction, given, now)
  if (flow?.kind !== 'sign-in' || flow.user === null) return { kind: 'gone' }
  const choice = await choiceOfFlow(transaction, organization, flow)
  if (choice === null) return { kind: 'gone' }
  if (replaces !== null && choice.replaceable.every((device) => device.id !== replaces)) return { kind: 'gone' }
  const { user } = flow
  const actor: AuditActor = { kind: 'user', id: user, device: null, session: null, address }
  const recovered = recoveryCode.trim() !== ''
  if (recovered) {
    const buckets = [{ kind: 'account', value: `recovery ${user}` } as const, { kind: 'address', value: address } as const]
    const admitted = await admitAttempt(
      transaction,
      { organization: organization.id, actor, now },
      { buckets, user, device: null },
    )
    if (!admitted) return { kind: 'throttled', choice }
    if (!(await useRecoveryCode(transaction, { organization: organization.id, user, actor, now }, recoveryCode))) {
      await recordRefusal(transaction, actor, { user, device: null, code: 'sign_in_failed' })
      return { kind: 'wrong-code', choice }
    }
  }
  const code = await giveCode(transaction, id, { update: { replaces, recovered }, now })
  return code === null ? { kind: 'gone' } : { kind: 'given', delivery: deliveryOf(flow, code) }
}

export const chooseDevice = (parts: Pick<SignInParts, 'pool'>, given: DeviceChoiceOnPage): Promise<ChoiceOutcome> =>
  withOrganization(parts.pool, given.organization.id, (transaction) => decide(transaction, given))
