/** Handlers: one for each route, typed by the route. */
import type { BodyOf, ParametersOf, QueryOf, ResponseOf, Route, RouteName, RouteOf } from '@sallyport/protocol/api'
import type { ContextOf } from './context.ts'

export interface HandlerInput<R extends Route> {
  readonly parameters: ParametersOf<R>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
}

/** Throws `SallyportError` for everything that the caller may know about. */
export type Handler<R extends Route> = (context: ContextOf<R>, input: HandlerInput<R>) => Promise<ResponseOf<R>>

export type Handlers = { readonly [Name in RouteName]: Handler<RouteOf<Name>> }

/** The handlers of one area. `satisfies HandlersOf<'getMe' | 'changePassword'>` in `http/handlers/<area>.ts`. */
export type HandlersOf<Names extends RouteName> = Pick<Handlers, Names>
