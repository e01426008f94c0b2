/** Commands that show a log: a table of the newest rows, or all that comes with --follow. */
import { allItems } from '../agent/pages.ts'
import type { Outcome } from '../command.ts'
import type { Context } from '../context.ts'
import type { ItemOf, NounName } from '../names/nouns.ts'
import { flag, option } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { pastInstant } from '../parameters/time.ts'
import { limitOption, LOG_ROWS, type NameOf } from '../route-command.ts'
import { oneLine } from '../terminal/printable.ts'
import { write } from '../terminal/output.ts'
import { type Column, table } from '../views/table.ts'
import { follow, type Follower, type LogRoute } from './follow.ts'

/** For looking and for exporting. */
export const filterOptions = {
  text: option('text <words>', 'only where all of these words occur, in any order', text),
  after: option('since <time>', 'only after this time: 2h, 2026-11-22', pastInstant),
  before: option('before <time>', 'only before this time', pastInstant),
}

export const viewOptions = {
  limit: limitOption(true),
  watch: flag('follow', 'goes on and shows what is new, until Ctrl-C'),
}

interface LogView<Name extends LogRoute> extends Omit<Follower<Name>, 'show'> {
  readonly route: Name
  readonly limit: number | undefined
  readonly watch: boolean
  readonly names: readonly NounName[]
  readonly columns: (nameOf: NameOf) => readonly Column<ItemOf<Name>>[]
  readonly empty: string
}

export const showLog = async <Name extends LogRoute>(context: Context, view: LogView<Name>): Promise<Outcome> => {
  const { route, query, limit = LOG_ROWS, watch, names, empty, ...rest } = view
  const nameOf: NameOf = context.options.json ? (_, id) => id : await context.directory.namer(...names)
  const columns = view.columns(nameOf)
  if (watch) {
    const show = (row: ItemOf<Name>): Promise<void> =>
      write(process.stdout, `${context.options.json ? JSON.stringify(row) : lineOf(row, columns)}\n`)
    return follow(context, { ...rest, route, query, limit, show })
  }
  const { items, more } = await context.progress('Reading', allItems(context.api, { route, query, limit }))
  if (more) context.note(`The newest ${limit} are shown; more with --limit.`)
  return table(items, { columns, empty })
}

const lineOf = <Row>(row: Row, columns: readonly Column<Row>[]): string =>
  columns.map(({ value }) => oneLine(String(value(row) ?? '-'))).join('  ')
