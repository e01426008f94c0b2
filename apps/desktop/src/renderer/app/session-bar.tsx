/**
 * The session ended by its time, by somebody else, or because this computer is not trusted any more: what happened, why, and the
 * way back. What the page showed stays beneath.
 */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { AgentStatus } from '../../shared/local-api.ts'
import { type BrowserSignIn, useBrowserSignIn } from '../data/browser-sign-in.ts'
import { BrowserSteps } from '../data/browser-steps.tsx'
import { useMethod } from '../data/use-method.ts'
import { richText, text } from '../texts/text.ts'
import { useCopy } from '../ui/copy-button.tsx'
import { errorText } from '../ui/error-text.ts'
import { Banner } from '../ui/states.tsx'
import { clockTime, fullTime, useNow } from '../ui/time.ts'
import styles from './session-bar.module.css'

type Ended = NonNullable<AgentStatus['ended']>

/** What happened, and the way back. `copied`: somebody else has the key of this computer. `none`: an administrator must act. */
const WORDS = {
  session_expired: ['session.expired', 'sign-in'],
  session_revoked: ['session.revoked', 'sign-in'],
  device_mismatch: ['session.copied', 'copied'],
  device_state_stale: ['session.copied', 'copied'],
  device_not_approved: ['session.notApproved', 'sign-in'],
  device_revoked: ['session.deviceRevoked', 'enrol-again'],
  fingerprint_changed: ['session.fingerprintChanged', 'enrol-again'],
  user_disabled: ['session.userDisabled', 'none'],
} as const
const OTHERWISE = ['session.ended', 'sign-in'] as const

const isKnown = (code: string): code is keyof typeof WORDS => Object.hasOwn(WORDS, code)
const wordsOf = (code: string) => (isKnown(code) ? WORDS[code] : OTHERWISE)

export const SessionBar = ({ status, ended }: { readonly status: AgentStatus; readonly ended: Ended }) => {
  const signIn = useBrowserSignIn()
  const now = useNow()
  const [noticedAt] = useState(() => new Date(now).toISOString())
  const [words, way] = wordsOf(ended.code)
  const time = clockTime(ended.at ?? noticedAt, now)
  const idle = signIn.visit.attempt === null
  return (
    <div className={styles['bar']}>
      <Banner
        tone="bad"
        actions={idle && way !== 'none' ? <SignInAgain signIn={signIn} newDevice={way === 'enrol-again'} /> : null}
      >
        <span role="alert">{richText(words, { time })}</span> {text('session.shownAsOf', { time })}
      </Banner>
      {way === 'copied' ? <Copied status={status} ended={ended} signIn={signIn} /> : null}
      <Attempt signIn={signIn} />
    </div>
  )
}

const SignInAgain = ({ signIn, newDevice }: { readonly signIn: BrowserSignIn; readonly newDevice: boolean }) => (
  <Button variant="filled" loading={signIn.busy} onClick={() => signIn.start({ newDevice })}>
    {text(newDevice ? 'firstRun.enrolAgain' : 'firstRun.signIn')}
  </Button>
)

/** The sign-in under way, or why the last one did not work. */
const Attempt = ({ signIn }: { readonly signIn: BrowserSignIn }) => {
  const { attempt } = signIn.visit
  if (attempt)
    return (
      <div className={styles['more']}>
        <p role="status">{text(attempt.paste ? 'browser.codeText' : 'firstRun.waitingText')}</p>
        <BrowserSteps visit={signIn.visit} attempt={attempt} />
      </div>
    )
  if (!signIn.error) return null
  return (
    <p className={styles['more']} role="alert">
      {errorText(signIn.error).message}
    </p>
  )
}

interface CopiedProps {
  readonly status: AgentStatus
  readonly ended: Ended
  readonly signIn: BrowserSignIn
}

/** Whoever copied the key must not go on with it, and somebody must look. */
const Copied = ({ status, ended, signIn }: CopiedProps) => {
  const copy = useCopy()
  const deviceName = useMethod('host', {}).data?.deviceName ?? ''
  const [told, setTold] = useState(false)
  if (!told)
    return (
      <div className={styles['more']}>
        <div className={styles['actions']}>
          <Button variant="default" onClick={() => setTold(true)}>
            {text('session.notMe')}
          </Button>
        </div>
      </div>
    )
  const report = text('session.report', {
    organization: status.organization?.name ?? '',
    device: deviceName,
    id: status.device ?? '',
    code: ended.code,
    time: ended.at === undefined ? '' : fullTime(ended.at),
  })
  return (
    <div className={styles['more']} role="status">
      <p>{text('session.notMeText')}</p>
      <div className={styles['actions']}>
        <Button variant="default" disabled={signIn.busy} onClick={() => signIn.start({ newDevice: true })}>
          {text('session.newKey')}
        </Button>
        <Button variant="default" onClick={() => copy(report, text('session.whatHappened'))}>
          {text('session.copyReport')}
        </Button>
      </div>
    </div>
  )
}
