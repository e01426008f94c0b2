/** What a story's host answers: by name of the method, or of the route of the API after {@link routesPrefix}. */
import type { RouteName } from '@sallyport/protocol/api'
import type { SallyportError } from '@sallyport/protocol/errors'
import type { AppMethodName, AppResult } from '../../shared/app-api.ts'
import type { RouteAnswer, RouteInput } from '../data/use-route.ts'

export const routesPrefix = 'api:'
/** Never answers: a screen that loads. */
export const waits = 'waits'

type Answer = unknown
export type Answers = Readonly<Record<string, Answer>>

/** Answers of the host, checked by the compiler. */
export const methods = (answers: {
  readonly [Name in Exclude<AppMethodName, 'api'>]?: AppResult<Name> | SallyportError | typeof waits
}): Answers => answers

type RouteFixture<Name extends RouteName> =
  | RouteAnswer<Name>
  | SallyportError
  | typeof waits
  | ((call: { readonly input: RouteInput<Name> }) => RouteAnswer<Name>)

/** Answers of the API's routes, checked by the compiler. */
export const routes = (answers: { readonly [Name in RouteName]?: RouteFixture<Name> }): Answers =>
  Object.fromEntries(Object.entries(answers).map(([name, answer]) => [`${routesPrefix}${name}`, answer]))
