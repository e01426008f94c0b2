import type { AccessRuleTerms } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import type { Rule } from './rule-for.ts'

const select = (transaction: Transaction) => transaction.selectFrom('access_rules').selectAll()
type RuleRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

const ruleOfRow = (row: RuleRow): Rule => ({
  id: row.id,
  terms: row.terms,
  createdAt: row.created_at,
  changedAt: row.changed_at,
})

/** Where a page begins: behind the last rule that was seen. */
export interface RulePosition {
  readonly priority: number
  readonly id: string
}

/** In the order in which they count. */
export const listRules = async (
  transaction: Transaction,
  { after, limit }: { readonly after: RulePosition | null; readonly limit: number },
): Promise<Rule[]> => {
  const rows = await select(transaction)
    .$if(after !== null, (query) =>
      query.where(({ eb, refTuple, tuple }) => eb(refTuple('priority', 'id'), '>', tuple(after!.priority, after!.id))),
    )
    .orderBy('priority')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(ruleOfRow)
}

/** Most rules that an organization may have: all of them are looked at for each request. */
export const MAX_RULES = 500

export const allRules = (transaction: Transaction): Promise<Rule[]> => listRules(transaction, { after: null, limit: MAX_RULES })

export const findRule = async (transaction: Transaction, id: string): Promise<Rule | null> => {
  const row = await select(transaction).where('id', '=', id).executeTakeFirst()
  return row ? ruleOfRow(row) : null
}

/** Locks it until the transaction ends. */
export const lockRule = async (transaction: Transaction, id: string): Promise<Rule | null> => {
  const row = await select(transaction).where('id', '=', id).forUpdate().executeTakeFirst()
  return row ? ruleOfRow(row) : null
}

const columnsOf = (terms: AccessRuleTerms) => ({ name: terms.name, priority: terms.priority, terms: JSON.stringify(terms) })

export const insertRule = async (transaction: Transaction, rule: Rule): Promise<void> => {
  await transaction
    .insertInto('access_rules')
    .values({ id: rule.id, ...columnsOf(rule.terms), created_at: rule.createdAt, changed_at: rule.changedAt })
    .execute()
}

export const updateRule = async (transaction: Transaction, rule: Rule): Promise<void> => {
  await transaction
    .updateTable('access_rules')
    .set({ ...columnsOf(rule.terms), changed_at: rule.changedAt })
    .where('id', '=', rule.id)
    .execute()
}

export const deleteRuleRow = async (transaction: Transaction, id: string): Promise<void> => {
  await transaction.deleteFrom('access_rules').where('id', '=', id).execute()
}

export const countRules = async (transaction: Transaction): Promise<number> => {
  const row = await transaction
    .selectFrom('access_rules')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
