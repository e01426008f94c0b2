/** Names beside ids, as they are now: who reads an exported file cannot ask. */
import type { Transaction } from '../../db/schema.ts'
import { namesOf as namesOfPeople } from '../../domains/people/index.ts'

export interface Names {
  /** E-mail addresses. */
  readonly users: ReadonlyMap<string, string>
  readonly resources: ReadonlyMap<string, string>
  readonly credentials: ReadonlyMap<string, string>
}

interface Named {
  readonly user: string
  readonly resource: string
  readonly credential: string
}

export const namesOf = async (transaction: Transaction, rows: readonly Named[]): Promise<Names> => {
  if (rows.length === 0) return { users: new Map(), resources: new Map(), credentials: new Map() }
  const ids = (key: keyof Named): string[] => [...new Set(rows.map((row) => row[key]))]
  const named = (found: readonly { readonly id: string; readonly name: string }[]) =>
    new Map(found.map(({ id, name }) => [id, name]))
  const people = await namesOfPeople(transaction, ids('user'))
  const [resources, credentials] = [
    await transaction.selectFrom('resources').select(['id', 'name']).where('id', 'in', ids('resource')).execute(),
    await transaction.selectFrom('credentials').select(['id', 'name']).where('id', 'in', ids('credential')).execute(),
  ]
  const users = new Map([...people.values()].map(({ id, email }) => [id, email]))
  return { users, resources: named(resources), credentials: named(credentials) }
}
