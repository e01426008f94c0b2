/** What becomes of bind values before a record is written anywhere. */
import { createHmac } from 'node:crypto'
import type { Activity, BindValue } from './activity.ts'

/** `key`: 32 bytes. */
export type BindTreatment =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hash'; readonly key: Uint8Array }

/** Equal values have equal hashes under one key; without the key nobody can try values. Cut values are hashed with their length. */
const hashOf = (bind: Extract<BindValue, { form: 'text' | 'binary' }>, key: Uint8Array): string => {
  const { text, clipped } = bind.value
  const rest = clipped === undefined ? '' : `\u0000${clipped.length}\u0000${clipped.sha256}`
  return createHmac('sha256', key).update(`${bind.form}\u0000${text}${rest}`).digest('base64url')
}

const treat = (bind: BindValue, how: BindTreatment): BindValue => {
  // That a value was NULL, or a password, says nothing that is not in the statement.
  if (how.kind === 'keep' || (bind.form !== 'text' && bind.form !== 'binary')) return bind
  return how.kind === 'drop' ? { form: 'dropped' } : { form: 'hashed', hash: hashOf(bind, how.key) }
}

export const treatBinds = (activity: Activity, how: BindTreatment): Activity =>
  activity.kind === 'query' && how.kind !== 'keep' && activity.binds.length > 0
    ? { ...activity, binds: activity.binds.map((bind) => treat(bind, how)) }
    : activity
