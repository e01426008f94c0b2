/** Gives a person one credential for a time, without a request. */
import { Select, Textarea } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { fullName, useCredentialNames, type User, useReadable } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { needed } from '../parts/validation.ts'

const HOUR = 3_600_000
const HOURS = [1, 4, 8, 24, 72, 168] as const
const DAY_HOURS = 24

const spanText = (hours: number): string =>
  hours < DAY_HOURS ? text('users.hours', { count: hours }) : text('users.grantDays', { count: hours / DAY_HOURS })

export const NewGrantDialog = ({ user, onClose }: { readonly user: User; readonly onClose: () => void }) => {
  const [pending, setPending] = useState<Plan | null>(null)
  const credentials = useReadable('listCredentials', 'resources.read').items
  const nameOf = useCredentialNames()
  const form = useForm({
    initialValues: { credential: '', hours: '4', reason: '' },
    validate: { credential: needed, reason: needed },
  })
  const name = fullName(user)
  const submit = form.onSubmit(({ credential, hours, reason }) => {
    const expiresAt = new Date(Date.now() + Number(hours) * HOUR).toISOString()
    const names = { name, credential: nameOf(credential) }
    setPending(
      plan(
        { route: 'createGrant', input: { body: { user: user.id, credential, reason, expiresAt } }, onDone: onClose },
        {
          title: text('users.askGrant', { ...names, time: spanText(Number(hours)) }),
          confirm: text('users.confirmGrant'),
          done: text('users.doneGrant', names),
        },
      ),
    )
  })
  return (
    <>
      <FormDialog
        opened={pending === null}
        title={text('users.grantTitle', { name })}
        submit={text('admin.review')}
        onSubmit={submit}
        onClose={onClose}
      >
        <Select
          label={text('users.grantCredential')}
          data={credentials.map(({ id }) => ({ value: id, label: nameOf(id) }))}
          searchable
          limit={50}
          nothingFoundMessage={text('admin.nothingFound')}
          {...form.getInputProps('credential')}
        />
        <Select
          label={text('users.grantHours')}
          data={HOURS.map((hours) => ({ value: String(hours), label: spanText(hours) }))}
          allowDeselect={false}
          {...form.getInputProps('hours')}
        />
        <Textarea
          label={text('users.grantReason')}
          description={text('users.grantReasonHint')}
          maxLength={1000}
          rows={3}
          {...form.getInputProps('reason')}
        />
      </FormDialog>
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </>
  )
}
