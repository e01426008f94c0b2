/** Who has a role, and what it reaches; each may be added and taken out. */
import { useMemo } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { plan, type Propose } from '../change/plan.ts'
import { fullName, type Role, useCredentialNames, useReadable, useUserNames } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'

interface MembersProps {
  readonly role: Role
  readonly propose: Propose
}

export const RolePeople = ({ role, propose }: MembersProps) => {
  const may = usePermissions()
  const nameOf = useUserNames()
  const users = useReadable('listUsers', 'users.read').items
  const held = useMemo(() => new Set(role.users), [role.users])
  const add = (user: string): void => {
    const names = { name: role.name, person: nameOf(user) }
    propose(
      plan(
        { route: 'addRoleMember', input: { parameters: { role: role.id, user } } },
        {
          title: text('roles.askAddPerson', names),
          confirm: text('roles.confirmAddPerson'),
          done: text('roles.doneAddPerson', names),
        },
      ),
    )
  }
  const remove = (user: string): void => {
    const names = { name: role.name, person: nameOf(user) }
    propose(
      plan(
        { route: 'removeRoleMember', input: { parameters: { role: role.id, user } } },
        {
          title: text('roles.askRemovePerson', names),
          confirm: text('roles.confirmRemovePerson'),
          done: text('roles.doneRemovePerson', names),
          dangerous: true,
        },
      ),
    )
  }
  return (
    <MemberList
      label={text('roles.people')}
      members={role.users.map((id) => ({ id, name: nameOf(id), ...(may.has('users.read') ? { href: `/users/${id}` } : {}) }))}
      empty={text('roles.peopleNone')}
      onRemove={may.has('roles.write') ? ({ id }) => remove(id) : undefined}
      adding={
        may.has('roles.write')
          ? {
              label: text('roles.addPerson'),
              choices: users
                .filter(({ id }) => !held.has(id))
                .map((user) => ({ value: user.id, label: `${fullName(user)} · ${user.email}` })),
              onAdd: add,
            }
          : undefined
      }
    />
  )
}

export const RoleCredentials = ({ role, propose }: MembersProps) => {
  const may = usePermissions()
  const nameOf = useCredentialNames()
  const credentials = useReadable('listCredentials', 'resources.read').items
  const held = useMemo(() => new Set(role.credentials), [role.credentials])
  const resources = useMemo(() => new Map(credentials.map(({ id, resource }) => [id, resource])), [credentials])
  const add = (credential: string): void => {
    const names = { name: role.name, credential: nameOf(credential) }
    propose(
      plan(
        { route: 'addRoleCredential', input: { parameters: { role: role.id, credential } } },
        {
          title: text('roles.askAddCredential', names),
          confirm: text('roles.confirmAddCredential'),
          done: text('roles.doneAddCredential', names),
        },
      ),
    )
  }
  const remove = (credential: string): void => {
    const names = { name: role.name, credential: nameOf(credential) }
    propose(
      plan(
        { route: 'removeRoleCredential', input: { parameters: { role: role.id, credential } } },
        {
          title: text('roles.askRemoveCredential', names),
          confirm: text('roles.confirmRemoveCredential'),
          done: text('roles.doneRemoveCredential', names),
          dangerous: true,
        },
      ),
    )
  }
  return (
    <MemberList
      label={text('roles.credentials')}
      members={role.credentials.map((id) => {
        const resource = resources.get(id)
        return { id, name: nameOf(id), ...(resource ? { href: `/catalogue/${resource}` } : {}) }
      })}
      empty={text('roles.credentialsNone')}
      onRemove={may.has('roles.write') ? ({ id }) => remove(id) : undefined}
      adding={
        may.has('roles.write')
          ? {
              label: text('roles.addCredential'),
              choices: credentials.filter(({ id }) => !held.has(id)).map(({ id }) => ({ value: id, label: nameOf(id) })),
              onAdd: add,
            }
          : undefined
      }
    />
  )
}
