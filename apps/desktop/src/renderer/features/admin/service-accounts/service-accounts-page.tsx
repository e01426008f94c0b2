/** Programs that call the API under keys of their own. */
import { IconRobot } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo } from 'react'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { type NameOf, type ServiceAccount, useRoleNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { additions } from '../additions.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { labelsColumn, momentColumn, stateColumn } from '../parts/columns.tsx'
import { RowTitle } from '../parts/row-title.tsx'
import { ServiceAccountDialog } from './service-account-dialog.tsx'
import { ServiceAccountPanel } from './service-account-panel.tsx'
import { accountState, purposeText } from './state.ts'

export const ServiceAccountsPage = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const list = useItems('listServiceAccounts')
  const roleName = useRoleNames()
  const columns = useMemo(() => accountColumns(roleName), [roleName])
  const textOf = useCallback(
    (account: ServiceAccount) =>
      [account.name, accountState(account).word, ...account.purposes.map(purposeText), ...account.roles.map(roleName)].join(' '),
    [roleName],
  )
  return (
    <AdminList
      path={path}
      title={text('users.title')}
      label={text('serviceAccounts.list')}
      searchLabel={text('serviceAccounts.search')}
      list={list}
      columns={columns}
      textOf={textOf}
      adding={{
        what: additions.serviceAccount,
        form: ({ close, show }) => <ServiceAccountDialog onClose={close} onMade={({ id }) => show(id)} />,
      }}
      tools={tabs}
      empty={{ icon: IconRobot, title: text('serviceAccounts.emptyTitle'), text: text('serviceAccounts.emptyText') }}
      panel={(account, onClose) => <ServiceAccountPanel key={account.id} account={account} onClose={onClose} />}
    />
  )
}

const accountColumns = (roleName: NameOf): readonly Column<ServiceAccount>[] => [
  {
    id: 'name',
    header: text('serviceAccounts.columnName'),
    width: 'minmax(140px, 1.2fr)',
    cell: ({ name }) => <RowTitle>{name}</RowTitle>,
  },
  stateColumn({ header: text('serviceAccounts.columnState'), of: accountState }),
  {
    id: 'purposes',
    header: text('serviceAccounts.columnPurposes'),
    width: 'minmax(140px, 1.2fr)',
    from: 860,
    cell: ({ purposes }) => cut(purposes.map(purposeText).join(' · '), 'muted'),
  },
  labelsColumn({
    id: 'roles',
    header: text('serviceAccounts.columnRoles'),
    width: 'minmax(120px, 1fr)',
    from: 760,
    of: ({ roles }) => roles.map(roleName),
  }),
  momentColumn({ id: 'until', header: text('serviceAccounts.columnUntil'), at: ({ expiresAt }) => expiresAt }),
  momentColumn({ id: 'token', header: text('serviceAccounts.columnToken'), from: 640, at: ({ lastTokenAt }) => lastTokenAt }),
]
