/** The first page of a sign-in: e-mail address and password. Nothing that is answered tells whether the account exists. */
import type { ErrorCode } from '@sallyport/protocol'
import type { AuditActor, Organization } from '@sallyport/protocol/api'
import type { Transaction } from '../../../db/schema.ts'
import { withOrganization } from '../../../db/with-organization.ts'
import { type BrowserFlow, type CodeDelivery, deliveryOf, enterStep, findFlow, giveCode } from '../../browser-flows/index.ts'
import { type Device, findDeviceOfUser, listDevicesOfUser } from '../../devices/index.ts'
import { recoveryCodesOf } from '../../recovery-codes/index.ts'
import { lockUser } from '../../users/index.ts'
import { forgetAttempts } from '../attempts.ts'
import { recordRefusal } from '../complete.ts'
import { countSignIn, type SignInParts } from '../sign-in.ts'

export interface PasswordOnPage {
  readonly organization: Organization
  readonly id: string
  /** In lower case. */
  readonly email: string
  readonly password: string
  /** IP address of the browser. */
  readonly address: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What a person on an unknown device, or one that waits for approval, is asked on the second page. */
export interface DeviceChoice {
  /** Devices of theirs whose place this one may take. */
  readonly replaceable: readonly Device[]
  /** Whether the device waits for approval if nothing else is chosen. */
  readonly waits: boolean
  /** Whether they have recovery codes. */
  readonly recoverable: boolean
}

export type ProofOutcome =
  | { readonly kind: 'given'; readonly delivery: CodeDelivery }
  | { readonly kind: 'choose'; readonly step: string; readonly choice: DeviceChoice }
  | { readonly kind: 'refused'; readonly code: ErrorCode }

export type SignInFlow = Extract<BrowserFlow, { readonly kind: 'sign-in' }>

const gone = { kind: 'refused', code: 'browser_code_invalid' } as const

/** null: nothing is to be asked. */
const choiceFor = async (
  transaction: Transaction,
  { organization, flow, user }: { readonly organization: Organization; readonly flow: SignInFlow; readonly user: string },
): Promise<DeviceChoice | null> => {
  const known = await findDeviceOfUser(transaction, user, flow.deviceKey)
  if (known !== null && known.status !== 'pending') return null
  const others = await listDevicesOfUser(transaction, user)
  const replaceable = others.filter(({ id, status }) => id !== known?.id && status !== 'revoked')
  const waits = known !== null || organization.settings.newDevices === 'approve'
  const recoverable = (await recoveryCodesOf(transaction, user)).left > 0
  return replaceable.length > 0 || (waits && recoverable) ? { replaceable, waits, recoverable } : null
}

/** The same for {@link proveOnPage} and whoever shows its second page again. */
export const choiceOfFlow = (transaction: Transaction, organization: Organization, flow: SignInFlow) =>
  flow.user === null ? Promise.resolve(null) : choiceFor(transaction, { organization, flow, user: flow.user })

/** Counts the attempt before it looks at the password; what was refused is recorded. */
export const proveOnPage = async (parts: SignInParts, given: PasswordOnPage): Promise<ProofOutcome> => {
  const { organization, id, address, now } = given
  const actor: AuditActor = { kind: 'anonymous', id: null, device: null, session: null, address }
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, organization.id, work)
  const begun = await within(async (transaction) => {
    const flow = await findFlow(transaction, id, now)
    if (flow?.kind !== 'sign-in') return null
    const { deviceKey } = flow
    return { flow, candidate: await countSignIn(transaction, { ...given, deviceKey, actor }) }
  })
  if (begun === null) return gone
  const { flow, candidate } = begun
  if (candidate === null) return { kind: 'refused', code: 'sign_in_throttled' }
  const proven = await parts.passwords.verify(candidate.user?.passwordHash ?? null, given.password)
  return within(async (transaction): Promise<ProofOutcome> => {
    const refuse = async (code: ErrorCode): Promise<ProofOutcome> => {
      await recordRefusal(transaction, actor, { user: candidate.user?.id ?? null, device: null, code })
      return { kind: 'refused', code }
    }
    const user = proven && candidate.user !== null ? await lockUser(transaction, candidate.user.id) : null
    if (user === null || user.passwordHash !== candidate.user?.passwordHash) return refuse('sign_in_failed')
    await forgetAttempts(transaction, candidate.bucket)
    if (user.status !== 'active') return refuse('user_disabled')
    const update = { user: user.id, passwordHash: user.passwordHash }
    const choice = await choiceFor(transaction, { organization, flow, user: user.id })
    if (choice === null) {
      const code = await giveCode(transaction, id, { update, now })
      return code === null ? gone : { kind: 'given', delivery: deliveryOf(flow, code) }
    }
    const step = await enterStep(transaction, id, update)
    return step === null ? gone : { kind: 'choose', step, choice }
  })
}
