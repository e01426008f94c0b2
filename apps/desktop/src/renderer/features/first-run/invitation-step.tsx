/**
 * The first question: which organization. Its invitation says so, and proves it; an address is proved by its certificate, which
 * the agent checks before anything of it is shown.
 */
import { Button, FileButton, Textarea } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { looksLikeAddress } from '../../../shared/organization-address.ts'
import { useAction } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { errorText } from '../../ui/error-text.ts'
import styles from './first-run.module.css'
import { Frame } from '../../ui/frame.tsx'
import { type FoundOrganization, ofAddress, ofInvitation } from './found-organization.ts'
import { readInvitation } from './invitation.ts'

/** Bytes. An invitation in a message is far shorter. */
const LONGEST_FILE = 64 * 1024
const LONGEST_ADDRESS = 300

export const InvitationStep = ({ onFound }: { readonly onFound: (found: FoundOrganization) => void }) => {
  const [pasted, setPasted] = useState('')
  const [error, setError] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const find = useAction('findOrganization')
  const refuse = (message: string): void => {
    setError(message)
    field.current?.focus()
  }
  const read = (content: string): void => {
    const invitation = readInvitation(content)
    if (invitation) return onFound(ofInvitation(invitation))
    if (!looksLikeAddress(content)) return refuse(text('firstRun.invitationWrong'))
    find.mutate(
      { address: content.trim().slice(0, LONGEST_ADDRESS) },
      {
        onSuccess: (contact) => onFound(ofAddress(contact)),
        onError: (failure) => refuse(errorText(failure).message),
      },
    )
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    read(pasted)
  }
  const readFile = (file: File | null): void => {
    if (!file) return
    if (file.size > LONGEST_FILE) return setError(text('firstRun.fileTooLong'))
    file.text().then(read, () => setError(text('firstRun.fileTooLong')))
  }
  return (
    <Frame title={text('firstRun.welcome')} lead={text('firstRun.welcomeText')}>
      <form className={styles['form']} onSubmit={submit}>
        <Textarea
          ref={field}
          label={text('firstRun.invitation')}
          description={text('firstRun.invitationHint')}
          rows={4}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: 'mono' }}
          value={pasted}
          error={error}
          data-autofocus
          onChange={(event) => {
            setPasted(event.currentTarget.value)
            setError(null)
          }}
        />
        <div className={styles['actions']}>
          <Button type="submit" variant="filled" size="md" loading={find.isPending} disabled={pasted.trim() === ''}>
            {text('firstRun.next')}
          </Button>
          <FileButton onChange={readFile} accept="text/plain,.txt">
            {(props) => (
              <Button {...props} variant="default" size="md">
                {text('firstRun.invitationFile')}
              </Button>
            )}
          </FileButton>
        </div>
      </form>
    </Frame>
  )
}
