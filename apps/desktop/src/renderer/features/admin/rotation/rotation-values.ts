/** When and how a password is rotated, as a form holds it. Pure. */
import type { CredentialRotation } from '@sallyport/protocol/api'
import { timeSpan } from '../../../data/access-request.ts'
import type { RouteInput } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { needed } from '../parts/validation.ts'

export interface RotationValues {
  /** Seconds as a text, or {@link NEVER}. */
  readonly every: string
  readonly afterSession: boolean
  readonly checkAfterSession: boolean
  readonly logins: 'one' | 'two'
  readonly secondName: string
}

const NEVER = 'never'
const DAY = 86_400
const USUAL = [1, 7, 30, 60, 90, 180, 365].map((days) => days * DAY)

export const valuesOf = ({ every, afterSession, checkAfterSession, second }: CredentialRotation): RotationValues => ({
  every: every === null ? NEVER : String(every),
  afterSession,
  checkAfterSession,
  logins: second === null ? 'one' : 'two',
  secondName: second?.userName ?? '',
})

/** The usual schedules, and the one that stands. */
export const schedules = (every: number | null): readonly { readonly value: string; readonly label: string }[] => [
  { value: NEVER, label: text('rotation.never') },
  ...[...new Set([...USUAL, ...(every === null ? [] : [every])])]
    .toSorted((one, other) => one - other)
    .map((seconds) => ({ value: String(seconds), label: text('rotation.every', { span: timeSpan(seconds) }) })),
]

/** Whether the form names a second login that is not there yet: its password is needed, too. */
export const isNewSecond = ({ logins, secondName }: RotationValues, { second }: CredentialRotation): boolean =>
  logins === 'two' && secondName.trim() !== second?.userName

type Change = RouteInput<'changeRotation'>['body']

/** What differs; a second login that is new is added by the caller, who has its secret. */
export const changeOf = (values: RotationValues, before: CredentialRotation): Change => {
  const every = values.every === NEVER ? null : Number(values.every)
  return {
    ...(every === before.every ? {} : { every }),
    ...(values.afterSession === before.afterSession ? {} : { afterSession: values.afterSession }),
    ...(values.checkAfterSession === before.checkAfterSession ? {} : { checkAfterSession: values.checkAfterSession }),
    ...(values.logins === 'one' && before.second !== null ? { second: null } : {}),
  }
}

/** @param account the login that the credential has now. */
export const checks = (account: string) => ({
  secondName: (name: string, { logins }: RotationValues) => {
    if (logins === 'one') return null
    return needed(name) ?? (name.trim() === account ? text('rotation.secondSame', { account }) : null)
  },
})
