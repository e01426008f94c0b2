/** What a row of the list of people shows. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import type { StateWord } from '../../../ui/status.tsx'
import { fullName, type User } from '../data/names.ts'
import { labelsColumn, momentColumn, stateColumn } from '../parts/columns.tsx'
import { RowTitle } from '../parts/row-title.tsx'

export const userState = ({ status }: User): StateWord => {
  switch (status) {
    case 'active':
      return { kind: 'ready', word: text('users.active') }
    case 'invited':
      return { kind: 'preparing', word: text('users.invited') }
    case 'disabled':
      return { kind: 'locked', word: text('users.disabled') }
  }
}

export const userColumns = (me: string | undefined): readonly Column<User>[] => [
  {
    id: 'name',
    header: text('users.columnName'),
    width: 'minmax(160px, 1.4fr)',
    cell: (user) => (
      <>
        <RowTitle>{fullName(user)}</RowTitle>
        {user.id === me ? <Label>{text('users.you')}</Label> : null}
        {user.endsAt === undefined ? null : <Label>{text('support.title')}</Label>}
      </>
    ),
  },
  {
    id: 'email',
    header: text('users.columnEmail'),
    width: 'minmax(140px, 1.4fr)',
    from: 640,
    cell: ({ email }) => cut(email, 'muted'),
  },
  labelsColumn({
    id: 'roles',
    header: text('users.columnRoles'),
    width: 'minmax(140px, 1.4fr)',
    from: 820,
    of: ({ roles }) => roles.map(({ name }) => name),
  }),
  stateColumn({ header: text('users.columnState'), of: userState }),
  momentColumn({ id: 'signIn', header: text('users.columnSignIn'), at: ({ lastSignInAt }) => lastSignInAt }),
]
