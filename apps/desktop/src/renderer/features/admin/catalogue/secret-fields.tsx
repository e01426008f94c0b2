/**
 * Where a secret is typed. It stays in the fields themselves and in no state of the page: it is read once, when the form is
 * sent, and the fields are emptied then.
 */
import { PasswordInput, Select, Textarea, TextInput } from '@mantine/core'
import { type Ref, type RefObject, useImperativeHandle, useRef, useState } from 'react'
import { text } from '../../../texts/text.ts'
import type { TypedSecret } from '../data/seal-secret.ts'
import { secretFault, type SecretField, type SecretKind, secretKinds } from './secret-kinds.ts'

export interface SecretReader {
  /** What was typed, or null when something is wrong, which the fields then say. Empties the fields when they were right. */
  take(): TypedSecret | null
}

interface SecretFieldsProps {
  readonly reader: RefObject<SecretReader | null>
  /** What it was until now; a password for one that is new. */
  readonly initial?: SecretKind | null
}

type Element = HTMLInputElement | HTMLTextAreaElement
type Fault = ReturnType<typeof secretFault>

export const SecretFields = ({ reader, initial }: SecretFieldsProps) => {
  const [kind, setKind] = useState<SecretKind>(initial ?? 'password')
  const [fault, setFault] = useState<Fault>(null)
  const elements = useRef(new Map<string, Element>())
  const { fields, typed } = secretKinds[kind]
  useImperativeHandle(reader, () => ({
    take: () => {
      const values = new Map(fields.map(({ name }) => [name, elements.current.get(name)?.value ?? '']))
      const found = secretFault(kind, values)
      setFault(found)
      if (found) {
        elements.current.get(found.field)?.focus()
        return null
      }
      for (const { name } of fields) {
        const element = elements.current.get(name)
        if (element) element.value = ''
      }
      return typed((name) => values.get(name) ?? '')
    },
  }))
  return (
    <>
      <Select
        label={text('catalogue.secretKind')}
        description={kind === 'temporary-user' ? text('catalogue.secretTemporaryHint') : undefined}
        value={kind}
        allowDeselect={false}
        onChange={(chosen) => {
          if (chosen === null) return
          setFault(null)
          setKind(chosen as SecretKind)
        }}
        data={Object.entries(secretKinds).map(([value, { label }]) => ({ value, label: label() }))}
      />
      {fields.map((field, index) => (
        <OneField
          key={`${kind} ${field.name}`}
          field={field}
          first={index === 0}
          error={fault?.field === field.name ? fault.message : null}
          element={(element) => {
            if (element) elements.current.set(field.name, element)
            else elements.current.delete(field.name)
          }}
        />
      ))}
      <p className="muted">{text('catalogue.sealedNote')}</p>
    </>
  )
}

interface OneFieldProps {
  readonly field: SecretField
  /** Focused when its dialog opens, unless something before it is. */
  readonly first: boolean
  readonly error: string | null
  readonly element: (element: Element | null) => void
}

const OneField = ({ field, first, error, element }: OneFieldProps) => {
  const common = {
    'label': field.label(),
    'description': field.hint?.(),
    'maxLength': field.most,
    error,
    'spellCheck': false,
    'data-autofocus': first || undefined,
  }
  switch (field.form) {
    case 'secret':
      return <PasswordInput {...common} ref={element as Ref<HTMLInputElement>} autoComplete="new-password" />
    case 'plain':
      return <TextInput {...common} ref={element as Ref<HTMLInputElement>} autoComplete="off" />
    case 'pem':
      return <Textarea {...common} ref={element as Ref<HTMLTextAreaElement>} rows={4} classNames={{ input: 'mono' }} />
  }
}
