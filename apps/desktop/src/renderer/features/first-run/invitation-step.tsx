/** The first question: which organization. Its invitation says so, and proves it. */
import { Button, FileButton, Textarea } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { text } from '../../texts/text.ts'
import styles from './first-run.module.css'
import { Frame } from './frame.tsx'
import { type ReadInvitation, readInvitation } from './invitation.ts'

/** Bytes. An invitation in a message is far shorter. */
const LONGEST_FILE = 64 * 1024

export const InvitationStep = ({ onRead }: { readonly onRead: (invitation: ReadInvitation) => void }) => {
  const [pasted, setPasted] = useState('')
  const [error, setError] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const read = (content: string): void => {
    const found = readInvitation(content)
    if (found) return onRead(found)
    setError(text('firstRun.invitationWrong'))
    field.current?.focus()
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
          <Button type="submit" variant="filled" size="md" disabled={pasted.trim() === ''}>
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
