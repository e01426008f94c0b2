/** Which route a call is for that is only described: by its method and path. */
import { utf8 } from '@sallyport/protocol'
import { type Route, type RouteName, routes } from '@sallyport/protocol/api'
import type { Act } from '../domains/browser-flows/index.ts'
import { type ParsedInput, parseInput } from './input.ts'

interface Pattern {
  readonly name: RouteName
  readonly route: Route
  readonly expression: RegExp
}

const patterns: readonly Pattern[] = (Object.entries(routes) as [RouteName, Route][]).flatMap(([name, route]) =>
  route.presence === undefined
    ? []
    : [{ name, route, expression: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`) }],
)

export interface RecognizedAct {
  readonly name: RouteName
  readonly route: Route
  readonly input: ParsedInput
}

const decoded = (groups: Readonly<Record<string, string>>): Record<string, string> | null => {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    return null
  }
}

/** null for what is no call of a route that asks for presence. Throws `invalid_request` for input that does not fit its route. */
export const routeOfAct = ({ method, target, body }: Act): RecognizedAct | null => {
  const [path = '', query = ''] = target.split('?')
  for (const { name, route, expression } of patterns) {
    const match = route.method === method ? expression.exec(path) : null
    const parameters = match === null ? null : decoded(match.groups ?? {})
    if (parameters === null) continue
    const raw = { parameters, query: Object.fromEntries(new URLSearchParams(query)), body: utf8(body) }
    return { name, route, input: parseInput(route, raw) }
  }
  return null
}
