/** Making, changing and deleting rules. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import type { Rule } from './rule-for.ts'
import { countRules, deleteRuleRow, findRule, insertRule, lockRule, MAX_RULES, updateRule } from './rule-store.ts'

const taken = { unique: 'conflict', message: 'There is a rule of this name.' } as const
const missing = () => new SallyportError('not_found', { message: 'There is no such rule.' })

type NamedTable = 'roles' | 'users' | 'credentials' | 'resources'

const requireAll = async (transaction: Transaction, table: NamedTable, ids: readonly string[]): Promise<void> => {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const found = await transaction.selectFrom(table).select('id').where('id', 'in', wanted).execute()
  if (found.length !== wanted.length) {
    throw new SallyportError('not_found', { message: `One of these ${table} does not exist.` })
  }
}

/** Everything that a rule names must be of this organization. */
const requireNamed = async (transaction: Transaction, terms: AccessRuleTerms): Promise<void> => {
  const { selects, requesters, approvers, escalation, emergency } = terms
  const groups = [approvers, escalation?.approvers, emergency?.responders, emergency?.reviewers].flatMap((group) => group ?? [])
  await requireAll(transaction, 'roles', [...requesters.roles, ...groups.flatMap(({ roles }) => roles)])
  await requireAll(
    transaction,
    'users',
    groups.flatMap(({ users }) => users),
  )
  await requireAll(transaction, 'credentials', selects.credentials)
  await requireAll(transaction, 'resources', selects.resources)
}

/** What a rule says, as an entry of the log keeps it. */
const described = (terms: AccessRuleTerms) => JSON.parse(JSON.stringify(terms)) as AccessRuleTerms

/** Who may ask for what, and who waits for whom, may be different now. */
const tell = (transaction: Transaction, author: Author): Promise<void> =>
  notifyChange(transaction, { organization: author.organization, topic: 'requests' })

export const requireRule = async (transaction: Transaction, id: string): Promise<Rule> => {
  const rule = await findRule(transaction, id)
  if (!rule) throw missing()
  return rule
}

/** Throws `not_found` for somebody or something it names that does not exist, `conflict` for a name that is taken. */
export const createRule = async (transaction: Transaction, terms: AccessRuleTerms, author: Author): Promise<Rule> => {
  await requireRoom(transaction, { of: 'rules', limit: MAX_RULES }, () => countRules(transaction))
  await requireNamed(transaction, terms)
  const now = new Date(author.now)
  const rule: Rule = { id: randomUUID(), terms, createdAt: now, changedAt: now }
  await refusing(taken, insertRule(transaction, rule))
  await recordAudit(transaction, {
    type: 'access-rule.created',
    actor: author.actor,
    subject: { kind: 'access-rule', id: rule.id },
    details: { before: null, after: described(terms) },
  })
  await tell(transaction, author)
  return rule
}

/** What is absent stays. */
export type RuleChange = { readonly id: string } & {
  readonly [Key in keyof AccessRuleTerms]?: AccessRuleTerms[Key] | undefined
}

const given = (change: Omit<RuleChange, 'id'>): Partial<AccessRuleTerms> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))

/** Waits for decisions that are being made; those that follow go by what the rule says now. */
export const changeRule = async (transaction: Transaction, { id, ...change }: RuleChange, author: Author): Promise<Rule> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const before = await lockRule(transaction, id)
  if (!before) throw missing()
  const after: Rule = { ...before, terms: { ...before.terms, ...given(change) }, changedAt: new Date(author.now) }
  // Only what is new: a rule may still name somebody who is gone.
  await requireNamed(transaction, { ...nobody, ...given(change) } as AccessRuleTerms)
  await refusing(taken, updateRule(transaction, after))
  await recordAudit(transaction, {
    type: 'access-rule.changed',
    actor: author.actor,
    subject: { kind: 'access-rule', id },
    details: { before: described(before.terms), after: described(after.terms) },
  })
  await tell(transaction, author)
  return after
}

const nobody: Pick<AccessRuleTerms, 'selects' | 'requesters' | 'approvers' | 'escalation' | 'emergency'> = {
  selects: { everything: false, credentials: [], resources: [], tags: [] },
  requesters: { roles: [] },
  approvers: { roles: [], users: [] },
  escalation: null,
  emergency: null,
}

/** What waits by it cannot be decided any more, and is cancelled soon after. */
export const deleteRule = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const before = await lockRule(transaction, id)
  if (!before) throw missing()
  await deleteRuleRow(transaction, id)
  await recordAudit(transaction, {
    type: 'access-rule.deleted',
    actor: author.actor,
    subject: { kind: 'access-rule', id },
    details: { before: described(before.terms), after: null },
  })
  await tell(transaction, author)
}
