/** To whom from outside the organization was opened, and until when. */
import { IconLifebuoy } from '@tabler/icons-react'
import type { SupportAccess } from '@sallyport/protocol/api'
import { type ReactNode, useMemo, useState } from 'react'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { additions } from '../additions.ts'
import { fullName } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { momentColumn, stateColumn } from '../parts/columns.tsx'
import { RowTitle } from '../parts/row-title.tsx'
import { type Invitation, InvitationDialog } from '../users/invitation-dialog.tsx'
import { supportState } from './state.ts'
import { SupportDialog } from './support-dialog.tsx'
import { SupportPanel } from './support-panel.tsx'

const textOf = (access: SupportAccess): string =>
  [fullName(access), access.email, access.reason, supportState(access).word].join(' ')

export const SupportPage = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const list = useItems('listSupportAccess')
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  const shown = useMemo(columns, [])
  return (
    <>
      <AdminList
        path={path}
        title={text('users.title')}
        label={text('support.list')}
        searchLabel={text('support.search')}
        list={list}
        columns={shown}
        textOf={textOf}
        adding={{
          what: additions.supportAccess,
          form: ({ close, show }) => (
            <SupportDialog
              onClose={close}
              onMade={(access, made) => {
                show(access)
                setInvitation(made)
              }}
            />
          ),
        }}
        tools={tabs}
        empty={{ icon: IconLifebuoy, title: text('support.emptyTitle'), text: text('support.emptyText') }}
        panel={(access, onClose) => <SupportPanel key={access.id} access={access} onClose={onClose} />}
      />
      <InvitationDialog invitation={invitation} onClose={() => setInvitation(null)} />
    </>
  )
}

const columns = (): readonly Column<SupportAccess>[] => [
  {
    id: 'name',
    header: text('support.columnName'),
    width: 'minmax(140px, 1.2fr)',
    cell: (access) => <RowTitle>{fullName(access)}</RowTitle>,
  },
  {
    id: 'reason',
    header: text('support.columnReason'),
    width: 'minmax(140px, 1.6fr)',
    from: 760,
    cell: ({ reason }) => cut(reason, 'muted'),
  },
  stateColumn({ header: text('support.columnState'), of: supportState }),
  momentColumn({ id: 'until', header: text('support.columnUntil'), at: ({ endedAt, endsAt }) => endedAt ?? endsAt }),
  momentColumn({ id: 'signIn', header: text('support.columnSignIn'), from: 640, at: ({ lastSignInAt }) => lastSignInAt }),
]
