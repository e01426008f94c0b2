/** What the log may say of a call that somebody confirms. */
import type { Transaction } from '../db/schema.ts'
import type { Act } from '../domains/browser-flows/index.ts'
import type { RecognizedCall } from '../domains/presence/index.ts'
import { routeOfAct } from './route-of-act.ts'
import { nameIds } from './things.ts'

/** Ids that are not the organization's are left out: somebody typed them, and they may be another's. null for no route. */
export const recognizeAct = async (transaction: Transaction, act: Act): Promise<RecognizedCall | null> => {
  const recognized = routeOfAct(act)
  if (recognized === null) return null
  const { name, route, input } = recognized
  const ids: Record<string, readonly string[]> = {}
  for (const [field, value] of Object.entries({ ...(input.parameters as object), ...(input.body as object) })) {
    const items = (await nameIds(transaction, field, value))?.items ?? []
    const own = items.flatMap(({ id, name: found }) => (found === null ? [] : [id]))
    if (own.length > 0) ids[field] = own
  }
  return { route: name, presence: route.presence, ids }
}
