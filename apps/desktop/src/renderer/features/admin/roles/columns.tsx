/** What a row of the list of roles shows. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import { count } from '../../../ui/numbers.ts'
import type { Role } from '../data/names.ts'
import { RowTitle } from '../parts/row-title.tsx'

const numberColumn = (id: string, header: string, valueOf: (role: Role) => number): Column<Role> => ({
  id,
  header,
  width: '92px',
  align: 'end',
  cell: (role) => <span className="numbers">{count(valueOf(role))}</span>,
})

/** A function, because the language is chosen at start. */
export const roleColumns = (): readonly Column<Role>[] => [
  {
    id: 'name',
    header: text('roles.columnName'),
    width: 'minmax(160px, 1.2fr)',
    cell: ({ name, builtIn }) => (
      <>
        <RowTitle>{name}</RowTitle>
        {builtIn ? <Label>{text('roles.builtIn')}</Label> : null}
      </>
    ),
  },
  {
    id: 'description',
    header: text('roles.columnDescription'),
    width: 'minmax(120px, 2fr)',
    from: 700,
    cell: ({ description }) => cut(description, 'muted'),
  },
  numberColumn('people', text('roles.columnPeople'), ({ users }) => users.length),
  numberColumn('credentials', text('roles.columnCredentials'), ({ credentials }) => credentials.length),
  numberColumn('permissions', text('roles.columnPermissions'), ({ permissions }) => permissions.length),
]
