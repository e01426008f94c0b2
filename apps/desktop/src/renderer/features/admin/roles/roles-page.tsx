/** Roles: who has them, what they reach, what they may administer. */
import { IconShield } from '@tabler/icons-react'
import { useMemo } from 'react'
import { text } from '../../../texts/text.ts'
import type { Role } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { additions } from '../additions.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { roleColumns } from './columns.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { RolePanel } from './role-panel.tsx'

const textOf = ({ name, description, permissions }: Role): string => [name, description, ...permissions].join(' ')

export const RolesPage = () => {
  const list = useItems('listRoles')
  const columns = useMemo(roleColumns, [])
  return (
    <AdminList
      path="/roles"
      title={text('roles.title')}
      label={text('roles.list')}
      searchLabel={text('roles.search')}
      list={list}
      columns={columns}
      textOf={textOf}
      adding={{
        what: additions.role,
        form: ({ close, show }) => <RoleDialog role={null} onClose={close} onMade={({ id }) => show(id)} />,
      }}
      empty={{ icon: IconShield, title: text('roles.emptyTitle'), text: text('roles.emptyText') }}
      panel={(role, onClose) => <RolePanel key={role.id} role={role} onClose={onClose} />}
    />
  )
}
