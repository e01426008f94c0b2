/** What somebody may ask for: only what a rule lets them ask for is told, and of it only what it takes to choose. */
import type { RequestableCredential } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { resourceAnswer } from './answers.ts'
import { emergencyRuleFor, type Rule, ruleFor } from './rule-for.ts'
import { allRules } from './rule-store.ts'
import { standingOf } from './standings.ts'
import { findWanted } from './wanted.ts'

/** Where a page begins: behind the last name that was seen. */
export interface RequestablePosition {
  readonly resource: string
  readonly name: string
}

interface Asked {
  readonly user: string
  readonly now: number
  readonly search: string | undefined
  readonly after: RequestablePosition | null
  readonly limit: number
}

const pattern = (search: string): string => `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`

const anyOf = (column: string, ids: readonly string[]) =>
  ids.length === 0 ? sql<boolean>`false` : sql<boolean>`${sql.ref(column)} in (${sql.join(ids)})`

/** What one of these rules selects; each of them lets the person ask. */
const selectedBy = (rules: readonly Rule[]) => {
  const chosen = rules.map(({ terms }) => terms.selects)
  if (chosen.some(({ everything }) => everything)) return sql<boolean>`true`
  const tags = [...new Set(chosen.flatMap((selects) => selects.tags))]
  const credentials = [...new Set(chosen.flatMap((selects) => selects.credentials))]
  const resources = [...new Set(chosen.flatMap((selects) => selects.resources))]
  return sql<boolean>`(${anyOf('credentials.id', credentials)} or ${anyOf('resources.id', resources)}
    or resources.tags && ${sql.val(tags)}::text[])`
}

const findIds = async (transaction: Transaction, rules: readonly Rule[], { search, after, limit }: Asked) => {
  const rows = await transaction
    .selectFrom('credentials')
    .innerJoin('resources', 'resources.id', 'credentials.resource_id')
    .select(['credentials.id', 'credentials.name', 'resources.name as resource'])
    .where(selectedBy(rules))
    .$if(search !== undefined && search.trim() !== '', (query) =>
      query.where(
        sql<boolean>`(resources.name || '/' || credentials.name || ' ' || resources.description || ' '
          || array_to_string(resources.tags, ' ')) ilike ${pattern(search!.trim())}`,
      ),
    )
    .$if(after !== null, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('resources.name', 'credentials.name'), '>', tuple(after!.resource, after!.name)),
      ),
    )
    .orderBy('resources.name')
    .orderBy('credentials.name')
    .limit(limit)
    .execute()
  return rows
}

/** Of these credentials those that the person has now, and those for which a request waits or will begin. */
const standingOfThem = async (transaction: Transaction, credentials: readonly string[], { user, now }: Asked) => {
  if (credentials.length === 0) return { held: new Set<string>(), open: new Map<string, string>() }
  const { rows } = await sql<{ id: string }>`
    select credential_id as id from role_members join role_credentials using (organization_id, role_id)
      where user_id = ${user} and credential_id in (${sql.join(credentials)})
    union
    select credential_id from grants where user_id = ${user} and credential_id in (${sql.join(credentials)})
      and ended is null and starts_at <= ${new Date(now)} and expires_at > ${new Date(now)}`.execute(transaction)
  const waiting = await transaction
    .selectFrom('access_requests')
    .select(['id', 'credential_id'])
    .where('user_id', '=', user)
    .where('credential_id', 'in', credentials)
    .where((where) =>
      where.or([
        where.and([where('state', '=', 'pending'), where('waits_until', '>', new Date(now))]),
        where.and([where('state', '=', 'approved'), where('opens_at', '>', new Date(now))]),
      ]),
    )
    .execute()
  return { held: new Set(rows.map(({ id }) => id)), open: new Map(waiting.map((row) => [row.credential_id, row.id])) }
}

/** By resource and name. */
export const requestableCredentials = async (
  transaction: Transaction,
  asked: Asked,
): Promise<{ readonly item: RequestableCredential; readonly position: RequestablePosition }[]> => {
  const standing = await standingOf(transaction, asked.user)
  const everything = { credential: '', resource: '', tags: [] }
  const rules = await allRules(transaction)
  // Whether a rule is for this person, whatever it selects.
  const own = rules.filter((rule) => {
    const open = { ...rule, terms: { ...rule.terms, selects: { ...rule.terms.selects, everything: true } } }
    return ruleFor([open], everything, standing) !== null
  })
  if (own.length === 0) return []
  const found = await findIds(transaction, own, asked)
  const ids = found.map(({ id }) => id)
  const [wanted, { held, open }] = [await findWanted(transaction, ids), await standingOfThem(transaction, ids, asked)]
  return found.flatMap(({ id, name, resource }) => {
    const target = wanted.get(id)
    const rule = target === undefined ? null : ruleFor(own, target, standing)
    if (target === undefined || rule === null) return []
    const emergency = emergencyRuleFor(own, target, standing)?.terms.emergency ?? null
    const item: RequestableCredential = {
      credential: { id, name: target.name, resource: resourceAnswer(target) },
      rule: { id: rule.id, name: rule.terms.name },
      approvals: rule.terms.approvals,
      maxDuration: rule.terms.maxDuration,
      reasonRequired: rule.terms.reasonRequired,
      emergency: emergency === null ? null : { maxDuration: emergency.maxDuration },
      held: held.has(id),
      open: open.get(id) ?? null,
    }
    return [{ item, position: { resource, name } }]
  })
}
