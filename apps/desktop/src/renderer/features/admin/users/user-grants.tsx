/** What a person may reach for a time only. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { clockTime, useNow } from '../../../ui/time.ts'
import { plan, type Propose } from '../change/plan.ts'
import { fullName, type Grant, useCredentialNames, type User, useReadable } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'
import { NewGrantDialog } from './new-grant-dialog.tsx'

export const UserGrants = ({ user, propose }: { readonly user: User; readonly propose: Propose }) => {
  const may = usePermissions()
  const now = useNow()
  const nameOf = useCredentialNames()
  const [giving, setGiving] = useState(false)
  const grants = useReadable('listGrants', 'grants.read').items
  const standing = grants.filter((grant) => grant.user === user.id && grant.status === 'active')
  const revoke = (grant: Grant): void => {
    const names = { name: fullName(user), credential: nameOf(grant.credential) }
    propose(
      plan(
        { route: 'revokeGrant', input: { parameters: { grant: grant.id } } },
        {
          title: text('users.askRevokeGrant', names),
          confirm: text('users.confirmRevokeGrant'),
          done: text('users.doneRevokeGrant', { credential: names.credential }),
          dangerous: true,
        },
      ),
    )
  }
  return (
    <>
      <MemberList
        label={text('users.grants')}
        members={standing.map((grant) => ({
          id: grant.id,
          name: nameOf(grant.credential),
          note: text('users.grantUntil', { time: clockTime(grant.expiresAt, now) }),
        }))}
        empty={text('users.grantsNone')}
        onRemove={
          may.has('grants.write')
            ? ({ id }) => {
                const grant = standing.find((one) => one.id === id)
                if (grant) revoke(grant)
              }
            : undefined
        }
      />
      {may.has('grants.write') && may.has('resources.read') ? (
        <Button variant="subtle" onClick={() => setGiving(true)}>
          {text('users.grant')}
        </Button>
      ) : null}
      {giving ? <NewGrantDialog user={user} onClose={() => setGiving(false)} /> : null}
    </>
  )
}
