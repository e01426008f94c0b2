/** The browser is on another computer: its page shows a code, and the person brings it. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useAction } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { useCopy } from '../../ui/copy-button.tsx'
import { errorText } from '../../ui/error-text.ts'
import styles from './first-run.module.css'
import { Frame } from './frame.tsx'
import type { Attempt } from './use-browser-sign-in.ts'

const LONGEST = 200

export const CodeStep = ({ attempt, onCancel }: { readonly attempt: Attempt; readonly onCancel: () => void }) => {
  const copy = useCopy()
  const give = useAction('giveCode')
  const [code, setCode] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    give.mutate({ id: attempt.id, code: code.slice(0, LONGEST) })
  }
  return (
    <Frame title={text('firstRun.codeTitle')} lead={text('firstRun.codeText')}>
      <form className={styles['form']} onSubmit={submit}>
        <p className={`${styles['address'] ?? ''} selectable`}>{attempt.url}</p>
        <TextInput
          label={text('firstRun.code')}
          description={text('firstRun.codeHint')}
          value={code}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'mono' }}
          data-autofocus
          error={give.error ? errorText(give.error).message : null}
          onChange={(event) => {
            setCode(event.currentTarget.value)
            give.reset()
          }}
        />
        <div className={styles['actions']}>
          <Button type="submit" variant="filled" size="md" loading={give.isPending} disabled={code.trim() === ''}>
            {text('firstRun.next')}
          </Button>
          <Button variant="default" size="md" onClick={() => copy(attempt.url, text('firstRun.link'))}>
            {text('firstRun.copyLink')}
          </Button>
          <Button variant="subtle" size="md" onClick={onCancel}>
            {text('common.cancel')}
          </Button>
        </div>
      </form>
    </Frame>
  )
}
