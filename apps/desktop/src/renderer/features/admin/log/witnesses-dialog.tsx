/** Who cosigns the heads of the log. */
import { NumberInput, Textarea } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { LogState } from '@sallyport/protocol/api'
import { useState } from 'react'
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'
import { ReviewedForm } from '../parts/reviewed-form.tsx'
import { checks, difference, witnessesIn, witnessText, type WitnessValues } from './witness-values.ts'

interface WitnessesDialogProps {
  readonly log: LogState
  readonly onClose: () => void
}

export const WitnessesDialog = ({ log, onClose }: WitnessesDialogProps) => {
  const [pending, setPending] = useState<Plan | null>(null)
  const form = useForm<WitnessValues>({
    initialValues: { list: witnessText(log.witnesses), quorum: log.quorum },
    validate: checks,
  })
  const submit = form.onSubmit(({ list, quorum: typed }) => {
    const witnesses = witnessesIn(list) ?? []
    const quorum = Number(typed)
    const change = text('witnesses.askText', { ...difference(log.witnesses, witnesses), quorum })
    setPending(
      plan(
        { route: 'changeLogWitnesses', input: { body: { witnesses, quorum } }, onDone: onClose },
        {
          title: text('witnesses.ask', { count: witnesses.length }),
          text: quorum > 0 ? `${change} ${text('witnesses.askSilent')}` : change,
          confirm: text('witnesses.confirm'),
          done: text('witnesses.done'),
        },
      ),
    )
  })
  return (
    <ReviewedForm
      plan={pending}
      onBack={() => setPending(null)}
      title={text('witnesses.editTitle')}
      submit={text('admin.review')}
      width={640}
      onSubmit={submit}
      onClose={onClose}
    >
      <Textarea
        label={text('witnesses.list')}
        description={text('witnesses.listHint')}
        autosize
        minRows={4}
        maxRows={12}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        data-autofocus
        {...form.getInputProps('list')}
      />
      <NumberInput
        label={text('witnesses.quorumField')}
        min={0}
        clampBehavior="none"
        allowDecimal={false}
        hideControls
        {...form.getInputProps('quorum')}
      />
    </ReviewedForm>
  )
}
