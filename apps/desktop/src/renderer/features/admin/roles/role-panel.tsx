/** One role. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { Label } from '../../../ui/label.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import type { Role } from '../data/names.ts'
import { PermissionList } from './permission-fields.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { RoleCredentials, RolePeople } from './role-members.tsx'

export const RolePanel = ({ role, onClose }: { readonly role: Role; readonly onClose: () => void }) => {
  const mayChange = usePermissions().has('roles.write')
  const [pending, setPending] = useState<Plan | null>(null)
  const [editing, setEditing] = useState(false)
  const { name } = role
  const remove = (): void =>
    setPending(
      plan(
        { route: 'deleteRole', input: { parameters: { role: role.id } }, onDone: onClose },
        {
          title: text('roles.askDelete', { name }),
          text: text('roles.deleteText'),
          confirm: text('roles.confirmDelete'),
          done: text('roles.doneDelete', { name }),
          dangerous: true,
        },
      ),
    )
  return (
    <SidePanel title={name} subtitle={role.builtIn ? <Label>{text('roles.builtIn')}</Label> : null} onClose={onClose}>
      <PanelSection>{role.description ? <p className="muted selectable">{role.description}</p> : null}</PanelSection>
      <PanelSection label={text('roles.people')}>
        <RolePeople role={role} propose={setPending} />
      </PanelSection>
      <PanelSection label={text('roles.credentials')}>
        <RoleCredentials role={role} propose={setPending} />
      </PanelSection>
      <PanelSection label={text('roles.permissions')}>
        <PermissionList value={role.permissions} />
      </PanelSection>
      {mayChange && !role.builtIn ? (
        <PanelActions>
          <Button variant="default" onClick={() => setEditing(true)}>
            {text('admin.edit')}
          </Button>
          <Button variant="default" color="bad" onClick={remove}>
            {text('admin.delete')}
          </Button>
        </PanelActions>
      ) : null}
      {editing ? <RoleDialog role={role} onClose={() => setEditing(false)} /> : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}
