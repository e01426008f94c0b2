/** The terms of a rotation, to be changed. Nobody gains or loses anything by them: they are changed without a question. */
import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import type { CredentialRotation } from '@sallyport/protocol/api'
import { type RefObject, useRef } from 'react'
import { useChange } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { toast } from '../../../ui/toast.ts'
import { passwordFields } from '../catalogue/secret-kinds.ts'
import { useKeepSecret } from '../catalogue/use-keep-secret.ts'
import { adminLists } from '../change/plan.ts'
import type { Credential, Resource } from '../data/names.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { type FieldReader, SealedFields } from '../parts/sealed-fields.tsx'
import { SegmentsField } from '../parts/segments-field.tsx'
import { useTask } from '../parts/use-task.ts'
import { RotationState } from './rotation-state.tsx'
import { changeOf, checks, isNewSecond, type RotationValues, schedules, valuesOf } from './rotation-values.ts'

interface RotationFormProps {
  readonly resource: Resource
  readonly credential: Credential
  readonly name: string
  readonly rotation: CredentialRotation
  readonly onClose: () => void
}

export const RotationForm = ({ resource, credential, name, rotation, onClose }: RotationFormProps) => {
  const reader = useRef<FieldReader>(null)
  const { error, busy, run } = useTask()
  const { keep } = useKeepSecret(resource)
  const change = useChange('changeRotation', adminLists)
  const form = useForm<RotationValues>({ initialValues: valuesOf(rotation), validate: checks(credential.userName) })
  const newSecond = isNewSecond(form.values, rotation)

  const save = async (values: RotationValues, password: string | null): Promise<void> => {
    const body = changeOf(values, rotation)
    const userName = values.secondName.trim()
    if (password !== null) {
      const secret = await keep({ given: { kind: 'password', password }, account: userName })
      body.second = { userName, secret: secret.id }
    }
    if (Object.keys(body).length > 0) await change.mutateAsync({ parameters: { credential: credential.id }, body })
    toast(text('rotation.saved', { name }))
    onClose()
  }
  const submit = form.onSubmit((values) => {
    if (!newSecond) return run(() => save(values, null))
    const typed = reader.current?.take()
    if (typed) run(() => save(values, typed.get('password') ?? ''))
  })
  return (
    <FormDialog
      opened
      title={text('rotation.title', { name })}
      submit={text('rotation.save')}
      busy={busy}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{text('rotation.text')}</p>
      <RotationState rotation={rotation} />
      <NativeSelect label={text('rotation.schedule')} data={[...schedules(rotation.every)]} {...form.getInputProps('every')} />
      <Checkbox size="sm" label={text('rotation.afterSession')} {...form.getInputProps('afterSession', { type: 'checkbox' })} />
      <Checkbox
        size="sm"
        label={text('rotation.checkAfterSession')}
        description={text('rotation.checkAfterSessionHint')}
        {...form.getInputProps('checkAfterSession', { type: 'checkbox' })}
      />
      <LoginFields form={form} newSecond={newSecond} reader={reader} />
    </FormDialog>
  )
}

interface LoginFieldsProps {
  readonly form: UseFormReturnType<RotationValues>
  readonly newSecond: boolean
  readonly reader: RefObject<FieldReader | null>
}

const LoginFields = ({ form, newSecond, reader }: LoginFieldsProps) => {
  const two = form.values.logins === 'two'
  return (
    <>
      <SegmentsField
        label={text('rotation.logins')}
        hint={text(two ? 'rotation.twoLoginsHint' : 'rotation.oneLoginHint')}
        fullWidth
        data={[
          { value: 'one', label: text('rotation.oneLogin') },
          { value: 'two', label: text('rotation.twoLogins') },
        ]}
        {...form.getInputProps('logins')}
      />
      {two ? (
        <TextInput
          label={text('rotation.secondName')}
          {...(newSecond ? { description: text('rotation.secondPassword') } : {})}
          maxLength={256}
          spellCheck={false}
          autoComplete="off"
          {...form.getInputProps('secondName')}
        />
      ) : null}
      {newSecond ? <SealedFields reader={reader} fields={passwordFields} /> : null}
    </>
  )
}
