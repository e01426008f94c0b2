/**
 * Where a secret is typed. It stays in the fields themselves and in no state of the page: it is read once, when the form is
 * sent, and the fields are emptied then.
 */
import { PasswordInput, SegmentedControl, Textarea } from '@mantine/core'
import { type RefObject, useImperativeHandle, useRef, useState } from 'react'
import { text } from '../../../texts/text.ts'
import type { TypedSecret } from '../data/seal-secret.ts'

export interface SecretReader {
  /** What was typed, or null when something is wrong, which the fields then say. Empties the fields when they were right. */
  take(): TypedSecret | null
}

const MAX_PASSWORD = 3000
const MAX_CERTIFICATE = 32 * 1024
const MAX_KEY = 12 * 1024

type Fault = { readonly field: 'first' | 'second'; readonly message: string } | null

const holdsPem = (content: string, label: string): boolean => content.includes(`${label}-----`)

export const SecretFields = ({ reader }: { readonly reader: RefObject<SecretReader | null> }) => {
  const [kind, setKind] = useState<TypedSecret['kind']>('password')
  const [fault, setFault] = useState<Fault>(null)
  const first = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const second = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  useImperativeHandle(reader, () => ({
    take: () => {
      const one = first.current?.value ?? ''
      const other = second.current?.value ?? ''
      const found = faultOf(kind, one, other)
      setFault(found)
      if (found) {
        const field = found.field === 'first' ? first : second
        field.current?.focus()
        return null
      }
      if (first.current) first.current.value = ''
      if (second.current) second.current.value = ''
      return kind === 'password' ? { kind, password: one } : { kind, certificate: one, privateKey: other }
    },
  }))
  const errorOf = (field: 'first' | 'second'): string | null => (fault?.field === field ? fault.message : null)
  return (
    <>
      <SegmentedControl
        aria-label={text('catalogue.secretKind')}
        value={kind}
        onChange={(chosen) => {
          setFault(null)
          setKind(chosen as TypedSecret['kind'])
        }}
        data={[
          { value: 'password', label: text('catalogue.secretPassword') },
          { value: 'certificate', label: text('catalogue.secretCertificate') },
        ]}
      />
      {kind === 'password' ? (
        <>
          <PasswordInput
            key="password"
            data-autofocus
            ref={first}
            label={text('catalogue.password')}
            maxLength={MAX_PASSWORD}
            autoComplete="new-password"
            error={errorOf('first')}
          />
          <PasswordInput
            key="again"
            ref={second}
            label={text('catalogue.passwordAgain')}
            maxLength={MAX_PASSWORD}
            autoComplete="new-password"
            error={errorOf('second')}
          />
        </>
      ) : (
        <>
          <Textarea
            key="certificate"
            ref={first}
            label={text('catalogue.certificate')}
            rows={4}
            maxLength={MAX_CERTIFICATE}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            error={errorOf('first')}
          />
          <Textarea
            key="key"
            ref={second}
            label={text('catalogue.privateKey')}
            rows={4}
            maxLength={MAX_KEY}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            error={errorOf('second')}
          />
        </>
      )}
      <p className="muted">{text('catalogue.sealedNote')}</p>
    </>
  )
}

const faultOf = (kind: TypedSecret['kind'], first: string, second: string): Fault => {
  if (first === '') return { field: 'first', message: text('admin.required') }
  if (kind === 'password') return first === second ? null : { field: 'second', message: text('catalogue.passwordDifferent') }
  if (!holdsPem(first, 'CERTIFICATE')) return { field: 'first', message: text('catalogue.certificateError') }
  return holdsPem(second, 'PRIVATE KEY') ? null : { field: 'second', message: text('catalogue.privateKeyError') }
}
