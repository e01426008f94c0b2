/** Every answer that the API gives to somebody who may read everything. */
import { type RouteName, routes } from '@sallyport/protocol/api'
import type { RawClient } from './raw-client.ts'

export type Ids = Readonly<Record<string, string>>

const MAX_PAGES = 50

/** Routes that read, and are not for gateways. */
export const readingRoutes = (Object.keys(routes) as RouteName[]).filter(
  (name) => routes[name].method === 'GET' && ['two-signature', 'public'].includes(routes[name].authentication),
)

const parametersOf = (name: RouteName, ids: Ids): Record<string, string> =>
  Object.fromEntries(
    [...routes[name].path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => {
      const id = ids[parameter]
      if (id === undefined) throw new Error(`nobody says which ${parameter} ${name} is to show`)
      return [parameter, id]
    }),
  )

/** Texts of all answers, pages to the end. `queries`: what a route without pages must be asked. Throws for a refusal. */
export const readEverything = async (
  reader: RawClient,
  ids: Ids,
  queries: Partial<Record<RouteName, Readonly<Record<string, string>>>> = {},
): Promise<ReadonlyMap<RouteName, string>> => {
  const texts = new Map<RouteName, string>()
  for (const name of readingRoutes) {
    let cursor: string | null | undefined
    for (let page = 0; cursor !== null && page < MAX_PAGES; page += 1) {
      const query = { ...queries[name], ...(cursor === undefined ? {} : { cursor }) }
      const input = { parameters: parametersOf(name, ids), ...('query' in routes[name] ? { query } : {}) }
      const answer = await reader.attempt(name, input as never)
      if (answer.code !== null) throw new Error(`${name} was refused: ${answer.text}`)
      texts.set(name, (texts.get(name) ?? '') + answer.text + JSON.stringify(answer.fields))
      cursor = (answer.json as { next?: string | null }).next ?? null
    }
  }
  return texts
}
