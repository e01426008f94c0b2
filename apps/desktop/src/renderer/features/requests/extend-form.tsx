/** Asks for more time before an access ends. */
import { Button, Textarea } from '@mantine/core'
import type { AccessRequest } from '@sallyport/protocol/api'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { timeSpan } from '../../data/access-request.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import { errorText } from '../../ui/error-text.ts'
import { usualSpan } from '../../ui/time-spans.ts'
import { toast } from '../../ui/toast.ts'
import { MINE } from './refreshed.ts'
import styles from './requests.module.css'

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
    <form onSubmit={submit} className={styles['form']}>
      <Textarea
        label={text('requests.why')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={1000}
        autosize
        minRows={2}
        maxRows={6}
      />
      <DurationField value={seconds} most={request.duration} onChange={(value) => setSeconds(Number(value))} />
      {extend.error ? (
        <p role="alert" className={styles['error']}>
          {errorText(extend.error).message}
        </p>
      ) : null}
      <Button type="submit" variant="default" size="md" loading={extend.isPending}>
        {text('requests.extendSend', { span: timeSpan(seconds) })}
      </Button>
    </form>
  )
}
