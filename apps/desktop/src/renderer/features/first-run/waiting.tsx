/** While the person is in the browser. */
import { Button } from '@mantine/core'
import { text } from '../../texts/text.ts'
import { useCopy } from '../../ui/copy-button.tsx'
import { CodeStep } from './code-step.tsx'
import styles from './first-run.module.css'
import { Frame } from './frame.tsx'
import type { BrowserSignIn } from './use-browser-sign-in.ts'

export const Waiting = ({ signIn }: { readonly signIn: BrowserSignIn }) => {
  const copy = useCopy()
  const { attempt } = signIn
  if (attempt?.paste) return <CodeStep attempt={attempt} onCancel={signIn.cancel} />
  return (
    <Frame title={text('firstRun.waiting')} lead={<span role="status">{text('firstRun.waitingText')}</span>}>
      <div className={styles['waiting']}>
        <Button variant="default" size="md" onClick={signIn.openAgain}>
          {text('firstRun.openAgain')}
        </Button>
        <Button variant="default" size="md" onClick={() => attempt && copy(attempt.url, text('firstRun.link'))}>
          {text('firstRun.copyLink')}
        </Button>
        <Button variant="default" size="md" onClick={signIn.useCode}>
          {text('firstRun.useCode')}
        </Button>
        <Button variant="subtle" size="md" onClick={signIn.cancel}>
          {text('common.cancel')}
        </Button>
      </div>
    </Frame>
  )
}
