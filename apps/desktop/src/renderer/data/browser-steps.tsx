/** What a person can do while a page waits for them in the browser: the same wherever they meet it. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { text } from '../texts/text.ts'
import { useCopy } from '../ui/copy-button.tsx'
import { errorText } from '../ui/error-text.ts'
import styles from './browser-steps.module.css'
import type { Attempt, BrowserVisit } from './browser-visit.ts'
import { useAction } from './use-method.ts'

const LONGEST = 200

interface BrowserStepsProps {
  readonly visit: BrowserVisit
  readonly attempt: Attempt
}

export const BrowserSteps = ({ visit, attempt }: BrowserStepsProps) =>
  attempt.paste ? (
    <CodeForm key={attempt.id} visit={visit} attempt={attempt} />
  ) : (
    <WaitingActions visit={visit} attempt={attempt} />
  )

const WaitingActions = ({ visit, attempt }: BrowserStepsProps) => {
  const copy = useCopy()
  return (
    <div className={styles['actions']}>
      <Button variant="default" size="md" onClick={visit.openAgain}>
        {text('browser.openAgain')}
      </Button>
      <Button variant="default" size="md" onClick={() => copy(attempt.url, text('browser.link'))}>
        {text('browser.copyLink')}
      </Button>
      <Button variant="default" size="md" onClick={visit.useCode}>
        {text('browser.useCode')}
      </Button>
      <Button variant="subtle" size="md" data-autofocus onClick={visit.cancel}>
        {text('common.cancel')}
      </Button>
    </div>
  )
}

const CodeForm = ({ visit, attempt }: BrowserStepsProps) => {
  const copy = useCopy()
  const give = useAction('giveCode')
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  // It takes the place of what had the focus.
  useEffect(() => field.current?.focus(), [])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    give.mutate({ id: attempt.id, code: code.slice(0, LONGEST) })
  }
  return (
    <form className={styles['form']} onSubmit={submit}>
      <p className={`${styles['address'] ?? ''} selectable`}>{attempt.url}</p>
      <TextInput
        label={text('browser.code')}
        description={text('browser.codeHint')}
        value={code}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        ref={field}
        error={give.error ? errorText(give.error).message : null}
        onChange={(event) => {
          setCode(event.currentTarget.value)
          give.reset()
        }}
      />
      <div className={styles['actions']}>
        <Button type="submit" variant="filled" size="md" loading={give.isPending} disabled={code.trim() === ''}>
          {text('browser.next')}
        </Button>
        <Button variant="default" size="md" onClick={() => copy(attempt.url, text('browser.link'))}>
          {text('browser.copyLink')}
        </Button>
        <Button variant="subtle" size="md" onClick={visit.cancel}>
          {text('common.cancel')}
        </Button>
      </div>
    </form>
  )
}
