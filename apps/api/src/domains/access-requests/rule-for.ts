/** Which rule counts for somebody who asks for a credential. Pure. */
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import { isAmong, mayAsk, type Standing } from './people.ts'

export interface Rule {
  readonly id: string
  readonly terms: AccessRuleTerms
  readonly createdAt: Date
  readonly changedAt: Date
}

/** What rules select by. */
export interface Selectable {
  readonly credential: string
  readonly resource: string
  readonly tags: readonly string[]
}

const selects = ({ selects: chosen }: AccessRuleTerms, wanted: Selectable): boolean =>
  chosen.everything ||
  chosen.credentials.includes(wanted.credential) ||
  chosen.resources.includes(wanted.resource) ||
  chosen.tags.some((tag) => wanted.tags.includes(tag))

const isResponder = ({ emergency }: AccessRuleTerms, standing: Standing): boolean =>
  emergency !== null && isAmong(emergency.responders, standing)

/**
 * `rules` in the order in which they count: by priority, then by id. Who may open something in an emergency may ask for it, too.
 * Null: nothing lets this person ask for it.
 */
export const ruleFor = (rules: readonly Rule[], wanted: Selectable, standing: Standing): Rule | null =>
  rules.find(
    ({ terms }) =>
      terms.enabled && selects(terms, wanted) && (mayAsk(terms.requesters, standing) || isResponder(terms, standing)),
  ) ?? null

/** The first rule by which this person may open the credential at once. */
export const emergencyRuleFor = (rules: readonly Rule[], wanted: Selectable, standing: Standing): Rule | null =>
  rules.find(({ terms }) => terms.enabled && selects(terms, wanted) && isResponder(terms, standing)) ?? null
