/** The form of a request, and of emergency access, which wants a longer reason and no beginning. */
import { Button, NativeSelect, TextInput } from '@mantine/core'
import type { RequestableCredential } from '@sallyport/protocol/api'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { timeSpan } from '../../data/access-request.ts'
import { useChange } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import { Failure } from '../../ui/failure.tsx'
import formStyles from '../../ui/form.module.css'
import { NoteField } from '../../ui/note-field.tsx'
import { localFieldOf } from '../../ui/time-range.ts'
import { usualSpan } from '../../ui/time-spans.ts'
import { toast } from '../../ui/toast.ts'
import { MINE } from './refreshed.ts'
import { askedBy, type Fault, type Terms, type Wish } from './wish.ts'

/** Letters in which an emergency can be explained. */
const SHORTEST_EMERGENCY = 20
const HOUR = 60 * 60 * 1000

interface AskFormProps {
  readonly wanted: RequestableCredential
  readonly emergency: boolean
  /** Back to asking for approval. */
  readonly onPlain: () => void
}

const faultText = (fault: Fault, { maxDuration, shortestReason }: Terms): string => {
  switch (fault) {
    case 'reason':
      return text('requests.faultReason')
    case 'short-reason':
      return text('requests.faultShortReason', { count: shortestReason })
    case 'start':
      return text('requests.faultStart')
    case 'end':
      return text('requests.faultEnd')
    case 'too-long':
      return text('requests.faultLong', { span: timeSpan(maxDuration) })
  }
}

export const AskForm = ({ wanted, emergency, onPlain }: AskFormProps) => {
  const [, navigate] = useLocation()
  const maxDuration = emergency ? (wanted.emergency?.maxDuration ?? 0) : wanted.maxDuration
  const terms: Terms = { maxDuration, shortestReason: emergency ? SHORTEST_EMERGENCY : wanted.reasonRequired ? 1 : 0 }
  const [wish, setWish] = useState<Wish>({
    reason: '',
    span: String(usualSpan(maxDuration)),
    until: '',
    begins: 'at-once',
    from: '',
  })
  const [fault, setFault] = useState<Fault | null>(null)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (fault !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [fault])
  const create = useChange('createAccessRequest', MINE)
  const open = useChange('openEmergencyAccess', MINE)
  const change = (part: Partial<Wish>): void => {
    setFault(null)
    setWish({ ...wish, ...part })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const asked = askedBy(wish, terms, Date.now())
    if (typeof asked === 'string') return setFault(asked)
    const onSuccess = ({ id, state }: { readonly id: string; readonly state: string }): void => {
      toast(text(state === 'active' ? 'requests.opened' : 'requests.sent'), 'request')
      navigate(`/requests/${id}`)
    }
    const { reason, duration } = asked
    if (emergency) open.mutate({ body: { credential: wanted.credential.id, reason, duration } }, { onSuccess })
    else create.mutate({ body: { credential: wanted.credential.id, ...asked } }, { onSuccess })
  }
  const said = (...faults: readonly Fault[]): string | null =>
    fault !== null && faults.includes(fault) ? faultText(fault, terms) : null
  const error = create.error ?? open.error
  return (
    <form ref={form} onSubmit={submit} className={formStyles['form']} noValidate>
      <NoteField
        label={text('requests.why')}
        description={text(emergency ? 'requests.whyEmergencyHint' : 'requests.whyHint')}
        placeholder={text('requests.whyPlaceholder')}
        value={wish.reason}
        error={said('reason', 'short-reason')}
        onChange={(reason) => change({ reason })}
        data-autofocus
      />
      <DurationField
        value={wish.span}
        most={maxDuration}
        more={
          emergency
            ? []
            : [
                { value: 'today', label: text('requests.today') },
                { value: 'until', label: text('requests.untilTime') },
              ]
        }
        onChange={(span) => change({ span, until: span === 'until' ? localFieldOf(Date.now() + HOUR) : '' })}
      />
      {wish.span === 'until' ? (
        <TextInput
          type="datetime-local"
          label={text('requests.until')}
          value={wish.until}
          onChange={(event) => change({ until: event.currentTarget.value })}
        />
      ) : null}
      <Failure error={said('end', 'too-long')} />
      {emergency ? null : <Beginning wish={wish} error={said('start')} onChange={change} />}
      <Failure error={error} />
      <Button type="submit" size="md" {...(emergency ? { color: 'bad' } : {})} loading={create.isPending || open.isPending}>
        {emergency ? text('requests.emergencyOpen', { span: timeSpan(Number(wish.span)) }) : text('requests.send')}
      </Button>
      {emergency ? (
        <Button variant="subtle" size="md" onClick={onPlain}>
          {text('requests.emergencyCancel')}
        </Button>
      ) : null}
    </form>
  )
}

interface BeginningProps {
  readonly wish: Wish
  readonly error: string | null
  readonly onChange: (part: Partial<Wish>) => void
}

const Beginning = ({ wish, error, onChange }: BeginningProps) => (
  <>
    <NativeSelect
      label={text('requests.begins')}
      value={wish.begins}
      onChange={(event) =>
        onChange(
          event.currentTarget.value === 'later'
            ? { begins: 'later', from: localFieldOf(Date.now() + HOUR) }
            : { begins: 'at-once', from: '' },
        )
      }
      data={[
        { value: 'at-once', label: text('requests.atOnce') },
        { value: 'later', label: text('requests.later') },
      ]}
    />
    {wish.begins === 'later' ? (
      <TextInput
        type="datetime-local"
        label={text('requests.from')}
        value={wish.from}
        error={error}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
    ) : null}
  </>
)
