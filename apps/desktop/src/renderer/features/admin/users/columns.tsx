/** What a row of the list of people shows. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { Status, type StatusKind } from '../../../ui/status.tsx'
import { fullName, type User } from '../data/names.ts'
import { RowTitle } from '../parts/row-title.tsx'

/** Roles beyond this many only say how many they are. */
const SHOWN_ROLES = 2

export const userState = ({ status }: User): { readonly kind: StatusKind; readonly word: string } => {
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
  {
    id: 'roles',
    header: text('users.columnRoles'),
    width: 'minmax(140px, 1.4fr)',
    from: 820,
    cell: ({ roles }) => (
      <>
        {roles.slice(0, SHOWN_ROLES).map(({ id, name }) => (
          <Label key={id}>{name}</Label>
        ))}
        {roles.length > SHOWN_ROLES ? <span className="muted">+{roles.length - SHOWN_ROLES}</span> : null}
      </>
    ),
  },
  {
    id: 'state',
    header: text('users.columnState'),
    width: '104px',
    cell: (user) => {
      const { kind, word } = userState(user)
      return <Status kind={kind}>{word}</Status>
    },
  },
  {
    id: 'signIn',
    header: text('users.columnSignIn'),
    width: '120px',
    cell: ({ lastSignInAt }) => <Moment at={lastSignInAt} form="relative" muted />,
  },
]
