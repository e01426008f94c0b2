/**
 * Fields of which some hold a secret. What is typed stays in the fields themselves and in no state of the page: it is read once,
 * when the form is sent, and secrets are emptied then.
 */
import { NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { type Ref, type RefObject, useImperativeHandle, useRef, useState } from 'react'
import { type Fault, faultIn, type SealedField } from './sealed-field.ts'

export interface FieldReader {
  /** What was typed, by the names of the fields, or null when something is wrong, which the fields then say. */
  take(): ReadonlyMap<string, string> | null
}

type Element = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

interface SealedFieldsProps {
  readonly reader: RefObject<FieldReader | null>
  readonly fields: readonly SealedField[]
  /** What stands in fields that hold no secret. */
  readonly present?: Readonly<Record<string, string>>
  /** Whether the first field has the focus when the dialog opens. */
  readonly focused?: boolean
}

export const SealedFields = ({ reader, fields, present = {}, focused = false }: SealedFieldsProps) => {
  const [fault, setFault] = useState<Fault | null>(null)
  const elements = useRef(new Map<string, Element>())
  useImperativeHandle(reader, () => ({
    take: () => {
      const values = new Map(fields.map(({ name }) => [name, elements.current.get(name)?.value ?? '']))
      const found = faultIn(fields, values)
      setFault(found)
      if (found) {
        elements.current.get(found.field)?.focus()
        return null
      }
      for (const { name, form } of fields) {
        const element = elements.current.get(name)
        if (element && (form === 'secret' || form === 'pem')) element.value = ''
      }
      return values
    },
  }))
  return fields.map((field, at) => (
    <OneField
      key={field.name}
      field={field}
      present={present[field.name]}
      focused={focused && at === 0}
      error={fault?.field === field.name ? fault.message : null}
      element={(element) => {
        if (element) elements.current.set(field.name, element)
        else elements.current.delete(field.name)
      }}
    />
  ))
}

interface OneFieldProps {
  readonly field: SealedField
  readonly present: string | undefined
  readonly focused: boolean
  readonly error: string | null
  readonly element: (element: Element | null) => void
}

const OneField = ({ field, present, focused, error, element }: OneFieldProps) => {
  const common = {
    'label': field.label(),
    'description': field.hint?.(),
    error,
    'data-autofocus': focused || undefined,
    ...(present === undefined ? {} : { defaultValue: present }),
  }
  const typed = { ...common, maxLength: field.most, spellCheck: false }
  switch (field.form) {
    case 'secret':
      return <PasswordInput {...typed} ref={element as Ref<HTMLInputElement>} autoComplete="new-password" />
    case 'plain':
      return <TextInput {...typed} ref={element as Ref<HTMLInputElement>} autoComplete="off" />
    case 'pem':
      return <Textarea {...typed} ref={element as Ref<HTMLTextAreaElement>} rows={4} classNames={{ input: 'mono' }} />
    case 'choice':
      return <NativeSelect {...common} ref={element as Ref<HTMLSelectElement>} data={[...(field.options?.() ?? [])]} />
  }
}
