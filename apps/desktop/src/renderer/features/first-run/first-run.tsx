/** What is shown while nobody is signed in: enrolling this computer, or signing in again. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { AgentStatus } from '../../../shared/local-api.ts'
import { type BrowserSignIn, useBrowserSignIn } from '../../data/browser-sign-in.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import styles from './first-run.module.css'
import type { FoundOrganization } from './found-organization.ts'
import { Frame } from '../../ui/frame.tsx'
import { IdentityStep, keyText } from './identity-step.tsx'
import { InvitationStep } from './invitation-step.tsx'
import { isKeyGone, SignInError } from './sign-in-error.tsx'
import { Waiting } from './waiting.tsx'

export const FirstRun = ({ status }: { readonly status: AgentStatus }) => {
  const signIn = useBrowserSignIn()
  const [found, setFound] = useState<FoundOrganization | null>(null)
  const { attempt } = signIn.visit
  if (attempt) return <Waiting visit={signIn.visit} attempt={attempt} />
  if (status.state === 'signed-out') return <SignedOut status={status} signIn={signIn} />
  if (!found) return <InvitationStep onFound={setFound} />
  return <IdentityStep found={found} keyStorage={status.keyStorage} signIn={signIn} onBack={() => setFound(null)} />
}

interface SignedOutProps {
  readonly status: AgentStatus
  readonly signIn: BrowserSignIn
}

const SignedOut = ({ status, signIn }: SignedOutProps) => {
  const deviceName = useMethod('host', {}).data?.deviceName ?? ''
  const organization = status.organization?.name
  const error = signIn.error ?? status.ended
  return (
    <Frame
      title={organization ? text('firstRun.signedOut', { organization }) : text('firstRun.signedOutPlain')}
      lead={status.user ? text('firstRun.lastUser', { email: status.user.email }) : null}
    >
      <div className={styles['form']}>
        {error ? (
          <SignInError error={error} deviceName={deviceName} onEnrolAgain={() => signIn.start({ newDevice: true })} />
        ) : null}
        {error && isKeyGone(error) ? null : (
          <div className={styles['actions']}>
            <Button variant="filled" size="md" data-autofocus loading={signIn.busy} onClick={() => signIn.start({})}>
              {text('firstRun.signIn')}
            </Button>
          </div>
        )}
        <p className={styles['hint']}>{keyText(status.keyStorage)}</p>
      </div>
    </Frame>
  )
}
