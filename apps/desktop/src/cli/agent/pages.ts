/** Long lists, page by page. */
import type { RouteOf } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { ItemOf, ListRoute } from '../names/nouns.ts'
import type { Api } from './api.ts'

/** The most that the API puts on a page. */
const PAGE = 500

/** The filters of a list. */
export type QueryOfList<Name extends ListRoute> = Omit<z.input<RouteOf<Name>['query']>, 'cursor' | 'limit'>

export interface ListRequest<Name extends ListRoute> {
  readonly route: Name
  readonly query?: QueryOfList<Name>
  readonly limit: number
}

interface Page<Name extends ListRoute> {
  readonly items: readonly ItemOf<Name>[]
  readonly next: string | null
}

/** At most `limit` items; `more`: the list goes on. */
export const allItems = async <Name extends ListRoute>(
  api: Api,
  { route, query, limit }: ListRequest<Name>,
): Promise<{ readonly items: ItemOf<Name>[]; readonly more: boolean }> => {
  // The routes differ in their filters; cursor, limit and the form of a page are the same.
  const ask = api as unknown as (name: Name, input: { readonly query: object }) => Promise<Page<Name>>
  const items: ItemOf<Name>[] = []
  let cursor: string | null = null
  do {
    const size = Math.min(PAGE, limit - items.length)
    const page: Page<Name> = await ask(route, { query: { ...query, limit: size, ...(cursor === null ? {} : { cursor }) } })
    items.push(...page.items.slice(0, size))
    cursor = page.next
  } while (cursor !== null && items.length < limit)
  return { items, more: cursor !== null }
}
