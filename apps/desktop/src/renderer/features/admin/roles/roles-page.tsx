/** Roles: who has them, what they reach, what they may administer. */
import { Button } from '@mantine/core'
import { IconShield } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { EmptyState } from '../../../ui/states.tsx'
import type { Role } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { roleColumns } from './columns.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { RolePanel } from './role-panel.tsx'

const textOf = ({ name, description, permissions }: Role): string => [name, description, ...permissions].join(' ')

export const RolesPage = () => {
  const list = useItems('listRoles')
  const mayChange = usePermissions().has('roles.write')
  const [, navigate] = useLocation()
  const [adding, setAdding] = useState(false)
  const columns = useMemo(roleColumns, [])
  const add = mayChange ? (
    <Button variant="filled" onClick={() => setAdding(true)}>
      {text('roles.add')}
    </Button>
  ) : null
  return (
    <>
      <AdminList
        path="/roles"
        title={text('roles.title')}
        label={text('roles.list')}
        searchLabel={text('roles.search')}
        list={list}
        columns={columns}
        textOf={textOf}
        actions={add}
        empty={
          <EmptyState icon={IconShield} title={text('roles.emptyTitle')} actions={add}>
            {text('roles.emptyText')}
          </EmptyState>
        }
        panel={(role, onClose) => <RolePanel key={role.id} role={role} onClose={onClose} />}
      />
      {adding ? (
        <RoleDialog role={null} onClose={() => setAdding(false)} onMade={(role) => navigate(`/roles/${role.id}`)} />
      ) : null}
    </>
  )
}
