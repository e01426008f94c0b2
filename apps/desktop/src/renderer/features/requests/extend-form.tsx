/** Asks for more time before an access ends. */
import { Button } from '@mantine/core'
import type { AccessRequest } from '@sallyport/protocol/api'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { timeSpan } from '../../data/access-request.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import { Failure } from '../../ui/failure.tsx'
import formStyles from '../../ui/form.module.css'
import { NoteField } from '../../ui/note-field.tsx'
import { usualSpan } from '../../ui/time-spans.ts'
import { toast } from '../../ui/toast.ts'
import { MINE } from './refreshed.ts'

export const ExtendForm = ({ request }: { readonly request: AccessRequest }) => {
  const [, navigate] = useLocation()
  const [reason, setReason] = useState('')
  const [seconds, setSeconds] = useState(usualSpan(request.duration))
  const extend = useChange('extendAccessRequest', MINE)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    extend.mutate(
      { parameters: { accessRequest: request.id }, body: { reason: reason.trim(), duration: seconds } },
      {
        onSuccess: ({ id }) => {
          toast(text('requests.extendSent'), 'request')
          navigate(`/requests/${id}`)
        },
      },
    )
  }
  return (
    <form onSubmit={submit} className={formStyles['form']}>
      <NoteField label={text('requests.why')} value={reason} onChange={setReason} minRows={2} />
      <DurationField value={seconds} most={request.duration} onChange={(value) => setSeconds(Number(value))} />
      <Failure error={extend.error} />
      <Button type="submit" variant="default" size="md" loading={extend.isPending}>
        {text('requests.extendSend', { span: timeSpan(seconds) })}
      </Button>
    </form>
  )
}
