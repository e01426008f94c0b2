/** Commands that are one call of the API: which route, how what was typed becomes its input, how its answer is shown. */
import type { InputOf, Previewable, ResponseOf, RouteName, RouteOf } from '@sallyport/protocol/api'
import { routes } from '@sallyport/protocol/api'
import { allItems, type QueryOfList } from './agent/pages.ts'
import { type Command, defineCommand } from './command.ts'
import type { Context } from './context.ts'
import type { ItemOf, ListRoute, NounName } from './names/nouns.ts'
import { option, type Parameters, type ValuesOf } from './parameters/parameter.ts'
import { wholeNumber } from './parameters/readers.ts'
import type { Answer } from './views/answer.ts'
import { type Column, table } from './views/table.ts'

interface CommonText {
  readonly words: string
  readonly details?: string
  readonly examples?: readonly string[]
}

export interface RouteCommand<Name extends RouteName, Shape extends Parameters> extends CommonText {
  readonly route: Name
  /** Instead of the route's own. */
  readonly summary?: string
  readonly parameters: Shape
  readonly confirm?: (values: ValuesOf<Shape>) => string
  readonly input: (values: ValuesOf<Shape>, context: Context) => InputOf<RouteOf<Name>> | Promise<InputOf<RouteOf<Name>>>
  readonly answer: (result: ResponseOf<RouteOf<Name>>, values: ValuesOf<Shape>, context: Context) => Answer | Promise<Answer>
}

/** Of a change that can be previewed: `previewedCommand`. */
export const routeCommand = <const Name extends Exclude<RouteName, Previewable>, const Shape extends Parameters>(
  definition: RouteCommand<Name, Shape>,
): Command => {
  const { route, input, answer, summary, confirm, ...text } = definition
  return defineCommand<Shape>({
    ...text,
    ...(confirm ? { confirm } : {}),
    summary: summary ?? routes[route].summary,
    run: async (context, values) => {
      const ask = context.api as (name: Name, given: InputOf<RouteOf<Name>>) => Promise<ResponseOf<RouteOf<Name>>>
      return answer(await ask(route, await input(values, context)), values, context)
    },
  })
}

/** Most rows of a list that is read to its end. */
const MOST = 10_000
/** Rows of a log that are shown unless more are asked for. */
export const LOG_ROWS = 100

export type NameOf = (noun: NounName, id: string) => string

interface ListCommand<Name extends ListRoute, Shape extends Parameters> extends CommonText {
  readonly route: Name
  readonly summary?: string
  readonly parameters?: Shape
  readonly query?: (values: ValuesOf<Shape>) => QueryOfList<Name>
  /** Kinds whose names the columns show instead of ids. */
  readonly names?: readonly NounName[]
  readonly columns: (nameOf: NameOf) => readonly Column<ItemOf<Name>>[]
  readonly empty: string
  /** A log: newest first, {@link LOG_ROWS} rows unless --limit says otherwise. */
  readonly log?: true
}

export const limitOption = (log: boolean) =>
  option('limit <count>', `at most this many rows${log ? ` (${LOG_ROWS} if not given)` : ''}`, wholeNumber(1, MOST))

export const listCommand = <const Name extends ListRoute, const Shape extends Parameters = Record<never, never>>(
  definition: ListCommand<Name, Shape>,
): Command => {
  const { route, query, names = [], columns, empty, log = false, summary, parameters, ...text } = definition
  return defineCommand({
    ...text,
    summary: summary ?? routes[route].summary,
    parameters: { ...parameters, limit: limitOption(log) },
    run: async (context, values) => {
      const limit = (values as { limit: number | undefined }).limit ?? (log ? LOG_ROWS : MOST)
      const filters = query?.(values as unknown as ValuesOf<Shape>)
      const { items, more } = await context.progress(
        'Reading',
        allItems(context.api, { route, limit, ...(filters ? { query: filters } : {}) }),
      )
      const nameOf: NameOf = context.options.json ? (_, id) => id : await context.directory.namer(...names)
      if (more) context.note(`The first ${limit} are shown; more with --limit.`)
      return table(items, { columns: columns(nameOf), empty })
    },
  })
}

/** What was done, where the API answers nothing; programs get `{}`. */
export const done = (text: string): Answer => ({ data: {}, text: () => text })

/** Only what was given: a change leaves the rest as it is. */
export const given = <Fields extends Readonly<Record<string, unknown>>>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>
  }
