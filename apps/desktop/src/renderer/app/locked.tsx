/** All there is while the app is locked: the way back in. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useBridge } from '../bridge/bridge.ts'
import { BrowserSteps } from '../data/browser-steps.tsx'
import { useBrowserVisit } from '../data/browser-visit.ts'
import { methodKey } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { errorText } from '../ui/error-text.ts'
import { Frame } from '../ui/frame.tsx'
import styles from './locked.module.css'

export const Locked = () => {
  const bridge = useBridge()
  const queries = useQueryClient()
  const browser = useBrowserVisit()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const unlock = (): void => {
    setBusy(true)
    setError(null)
    browser
      .visit({
        begin: (paste) => bridge.call('beginUnlock', { paste }),
        finish: (id) => bridge.call('awaitUnlock', { id }),
      })
      .then((state) => queries.setQueryData(methodKey('lockState', {}), state), setError)
      .finally(() => setBusy(false))
      .catch(() => {})
  }
  const { attempt } = browser
  return (
    <Frame
      title={text('lock.title')}
      lead={<span role="status">{text(attempt ? (attempt.paste ? 'browser.codeText' : 'lock.waiting') : 'lock.text')}</span>}
    >
      <div className={styles['way']}>
        {error ? (
          <p className={styles['error']} role="alert">
            {errorText(error).message}
          </p>
        ) : null}
        {attempt ? (
          <BrowserSteps visit={browser} attempt={attempt} />
        ) : (
          <Button variant="filled" size="md" autoFocus loading={busy} onClick={unlock}>
            {text('lock.unlock')}
          </Button>
        )}
      </div>
    </Frame>
  )
}
