/** A form of one field: the name of something. A name gives nothing to anybody and takes nothing: it is changed without a question. */
import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { FormDialog } from './form-dialog.tsx'
import { needed } from './validation.ts'

interface NameDialogProps {
  readonly title: string
  readonly submit: string
  readonly label: string
  readonly hint?: string
  /** What it is called until now; empty: it is new. */
  readonly name: string
  readonly busy: boolean
  readonly error: unknown
  readonly onSubmit: (name: string) => void
  readonly onClose: () => void
}

export const NameDialog = ({ label, hint, name, onSubmit, ...dialog }: NameDialogProps) => {
  const form = useForm({ initialValues: { name }, validate: { name: needed } })
  return (
    <FormDialog opened {...dialog} onSubmit={form.onSubmit((values) => onSubmit(values.name.trim()))}>
      <TextInput
        label={label}
        {...(hint ? { description: hint } : {})}
        maxLength={120}
        data-autofocus
        {...form.getInputProps('name')}
      />
    </FormDialog>
  )
}
