/** One person: roles, access for a time, devices, and what can be done about the account. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Label } from '../../../ui/label.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan, type Propose } from '../change/plan.ts'
import { fullName, type User, useReadable } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'
import { userState } from './columns.tsx'
import { EditUserDialog } from './edit-user-dialog.tsx'
import { EraseDialog } from './erase-dialog.tsx'
import { ExportPersonDialog } from './export-person-dialog.tsx'
import type { Invitation } from './invitation-dialog.tsx'
import { UserGrants } from './user-grants.tsx'
import { planDeletion, planInvitation, planStatus } from './user-plans.ts'

interface UserPanelProps {
  readonly user: User
  readonly isMe: boolean
  readonly onInvited: (invitation: Invitation) => void
  readonly onClose: () => void
}

export const UserPanel = ({ user, isMe, onInvited, onClose }: UserPanelProps) => {
  const may = usePermissions()
  const [pending, setPending] = useState<Plan | null>(null)
  const [editing, setEditing] = useState(false)
  const [erasing, setErasing] = useState(false)
  const [exporting, setExporting] = useState(false)
  const name = fullName(user)
  const { kind, word } = userState(user)
  return (
    <SidePanel
      title={name}
      subtitle={
        <>
          <Status kind={kind}>{word}</Status> {isMe ? <Label>{text('users.you')}</Label> : null}
        </>
      }
      onClose={onClose}
    >
      <PanelSection>
        <Facts
          facts={[
            [text('users.columnEmail'), user.email],
            [text('users.columnSignIn'), <Moment at={user.lastSignInAt} />],
            [text('users.created'), <Moment at={user.createdAt} />],
          ]}
        />
      </PanelSection>
      {user.endsAt === undefined ? (
        <PanelSection label={text('users.roles')}>
          <UserRoles user={user} propose={setPending} />
        </PanelSection>
      ) : (
        <PanelSection>
          <p>{text('support.account')}</p>
          <a href={`#/users/support/${user.id}`}>{text('support.show')}</a>
        </PanelSection>
      )}
      {may.has('grants.read') && user.endsAt === undefined ? (
        <PanelSection label={text('users.grants')}>
          <UserGrants user={user} propose={setPending} />
        </PanelSection>
      ) : null}
      {may.has('devices.read') ? (
        <PanelSection label={text('users.devices')}>
          <UserDevices user={user} />
        </PanelSection>
      ) : null}
      {may.has('roles.read') && may.has('resources.read') ? (
        <PanelSection>
          <a href={`#/access/why/${user.id}`}>{text('users.why', { name })}</a>
        </PanelSection>
      ) : null}
      {may.has('activity.read') ? (
        <PanelActions>
          <Button variant="default" onClick={() => setExporting(true)}>
            {text('users.export')}
          </Button>
        </PanelActions>
      ) : null}
      {may.has('users.write') ? (
        <PanelActions>
          <Button variant="default" onClick={() => setEditing(true)}>
            {text('users.edit')}
          </Button>
          <Button variant="default" onClick={() => setPending(planInvitation(user, onInvited))}>
            {text('users.invite')}
          </Button>
          {isMe || user.endsAt !== undefined ? null : (
            <>
              {user.status === 'invited' ? null : (
                <Button variant="default" onClick={() => setPending(planStatus(user))}>
                  {text(user.status === 'disabled' ? 'users.enable' : 'users.disable')}
                </Button>
              )}
              <Button variant="default" color="bad" onClick={() => setPending(planDeletion(user, onClose))}>
                {text('admin.delete')}
              </Button>
              <Button variant="default" color="bad" onClick={() => setErasing(true)}>
                {text('users.erase')}
              </Button>
            </>
          )}
        </PanelActions>
      ) : null}
      {exporting ? <ExportPersonDialog user={user} onClose={() => setExporting(false)} /> : null}
      {erasing ? <EraseDialog user={user} onErased={onClose} onClose={() => setErasing(false)} /> : null}
      {editing ? <EditUserDialog user={user} onClose={() => setEditing(false)} /> : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}

const UserRoles = ({ user, propose }: { readonly user: User; readonly propose: Propose }) => {
  const mayChange = usePermissions().has('roles.write')
  const mayRead = usePermissions().has('roles.read')
  const roles = useReadable('listRoles', 'roles.read').items
  const name = fullName(user)
  const held = new Set(user.roles.map(({ id }) => id))
  const change = (route: 'addRoleMember' | 'removeRoleMember', role: { readonly id: string; readonly name: string }): void => {
    const names = { name, role: role.name }
    propose(
      plan(
        { route, input: { parameters: { role: role.id, user: user.id } } },
        route === 'addRoleMember'
          ? {
              title: text('users.askAddRole', names),
              confirm: text('users.confirmAddRole'),
              done: text('users.doneAddRole', names),
            }
          : {
              title: text('users.askRemoveRole', names),
              confirm: text('users.confirmRemoveRole'),
              done: text('users.doneRemoveRole', names),
              dangerous: true,
            },
      ),
    )
  }
  return (
    <MemberList
      label={text('users.roles')}
      members={user.roles.map((role) => ({ ...role, ...(mayRead ? { href: `/roles/${role.id}` } : {}) }))}
      empty={text('users.rolesNone')}
      onRemove={mayChange ? (role) => change('removeRoleMember', role) : undefined}
      adding={
        mayChange
          ? {
              label: text('users.addRole'),
              choices: roles.filter(({ id }) => !held.has(id)).map((role) => ({ value: role.id, label: role.name })),
              onAdd: (id) => {
                const role = roles.find((one) => one.id === id)
                if (role) change('addRoleMember', role)
              },
            }
          : undefined
      }
    />
  )
}

const UserDevices = ({ user }: { readonly user: User }) => {
  const devices = useReadable('listDevices', 'devices.read').items
  const own = devices.filter((device) => device.user === user.id && device.status !== 'revoked')
  return (
    <MemberList
      label={text('users.devices')}
      members={own.map(({ id, facts }) => ({ id, name: facts.name, note: facts.osVersion, href: `/devices/${id}` }))}
      empty={text('users.devicesNone')}
    />
  )
}
