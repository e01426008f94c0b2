/** Everybody of the organization, the programs that act for it, and who was erased: each list for whoever may read it. */
import { IconUsers } from '@tabler/icons-react'
import { type ReactNode, useMemo, useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { useMethod } from '../../../data/use-method.ts'
import { text } from '../../../texts/text.ts'
import { fullName, type User } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { additions } from '../additions.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { useSections } from '../parts/section-tabs.tsx'
import { ServiceAccountsPage } from '../service-accounts/service-accounts-page.tsx'
import { SupportPage } from '../support/support-page.tsx'
import { userColumns } from './columns.tsx'
import { ErasedPage } from './erased-page.tsx'
import { type Invitation, InvitationDialog } from './invitation-dialog.tsx'
import { NewUserDialog } from './new-user-dialog.tsx'
import { UserPanel } from './user-panel.tsx'

const textOf = (user: User): string => [fullName(user), user.email, user.status, ...user.roles.map(({ name }) => name)].join(' ')

const PEOPLE = '/users'
const SERVICE_ACCOUNTS = '/users/service-accounts'
const SUPPORT = '/users/support'
const ERASED = '/users/erased'

export const UsersPage = () => {
  const may = usePermissions()
  const { current, tabs } = useSections([
    ...(may.has('users.read') ? [{ path: PEOPLE, label: text('users.title') }] : []),
    ...(may.has('service-accounts.read') ? [{ path: SERVICE_ACCOUNTS, label: text('serviceAccounts.title') }] : []),
    ...(may.has('users.read')
      ? [
          { path: SUPPORT, label: text('support.title') },
          { path: ERASED, label: text('users.erasedTitle') },
        ]
      : []),
  ])
  switch (current) {
    case SERVICE_ACCOUNTS:
      return <ServiceAccountsPage path={SERVICE_ACCOUNTS} tabs={tabs} />
    case SUPPORT:
      return <SupportPage path={SUPPORT} tabs={tabs} />
    case ERASED:
      return <ErasedPage path={ERASED} tabs={tabs} />
    default:
      return <PeoplePage tabs={tabs} />
  }
}

const PeoplePage = ({ tabs }: { readonly tabs: ReactNode }) => {
  const list = useItems('listUsers')
  const me = useMethod('status', {}).data?.user?.id
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  const columns = useMemo(() => userColumns(me), [me])
  return (
    <>
      <AdminList
        path={PEOPLE}
        title={text('users.title')}
        label={text('users.list')}
        searchLabel={text('users.search')}
        list={list}
        columns={columns}
        textOf={textOf}
        adding={{
          what: additions.person,
          form: ({ close, show }) => (
            <NewUserDialog
              onClose={close}
              onMade={(user, made) => {
                show(user)
                setInvitation(made)
              }}
            />
          ),
        }}
        tools={tabs}
        empty={{ icon: IconUsers, title: text('users.emptyTitle'), text: text('users.emptyText') }}
        panel={(user, onClose) => (
          <UserPanel key={user.id} user={user} isMe={user.id === me} onInvited={setInvitation} onClose={onClose} />
        )}
      />
      <InvitationDialog invitation={invitation} onClose={() => setInvitation(null)} />
    </>
  )
}
