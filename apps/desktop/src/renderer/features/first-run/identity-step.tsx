/** Which organization it is, which device this will be, and how its key is kept: then on in the browser. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { fingerprintGroups } from '../../../shared/fingerprint-groups.ts'
import type { AgentStatus } from '../../../shared/local-api.ts'
import type { BrowserSignIn } from '../../data/browser-sign-in.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { Facts } from '../../ui/facts.tsx'
import styles from './first-run.module.css'
import type { FoundOrganization } from './found-organization.ts'
import { Frame } from '../../ui/frame.tsx'
import { SignInError } from './sign-in-error.tsx'

interface IdentityStepProps {
  readonly found: FoundOrganization
  readonly keyStorage: AgentStatus['keyStorage']
  readonly signIn: BrowserSignIn
  readonly onBack: () => void
}

export const keyText = (keyStorage: AgentStatus['keyStorage']): string => {
  switch (keyStorage) {
    case 'keychain':
      return text('firstRun.keyKeychain')
    case 'passphrase':
      return text('firstRun.keyPassphrase')
    case 'hardware':
      return text('firstRun.keyHardware')
  }
}

const LONGEST_NAME = 120

export const IdentityStep = ({ found, keyStorage, signIn, onBack }: IdentityStepProps) => {
  const host = useMethod('host', {}).data
  const [typed, setTyped] = useState<string | null>(null)
  const [wrong, setWrong] = useState(false)
  const deviceName = (typed ?? host?.deviceName ?? '').trim()
  const { name: organization, host: address, rootFingerprint } = found
  const invited = found.by === 'invitation'

  const start = (accept: boolean, newDevice = false): void => {
    const fits = deviceName.length >= 1 && deviceName.length <= LONGEST_NAME
    setWrong(!fits)
    if (fits) signIn.start({ ...found.place, accept, deviceName, newDevice })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    start(invited)
  }
  return (
    <Frame
      title={text('firstRun.identity', { organization })}
      lead={invited ? text('firstRun.identityText') : text('firstRun.addressText', { address })}
    >
      <form className={styles['form']} onSubmit={submit}>
        <div className={styles['facts']}>
          <Facts
            facts={[
              [text('firstRun.organization'), organization],
              [text('firstRun.address'), address],
            ]}
          />
          <p className={styles['fingerprintLabel']}>{text('firstRun.fingerprint')}</p>
          <div className={`${styles['fingerprint'] ?? ''} selectable`}>
            {fingerprintGroups(rootFingerprint).map((group, at) => (
              <span key={`${at} ${group}`}>{group}</span>
            ))}
          </div>
          <p className={styles['hint']}>{text(invited ? 'firstRun.fingerprintHint' : 'firstRun.fingerprintFound')}</p>
        </div>
        <div>
          <TextInput
            label={text('firstRun.device')}
            description={text('firstRun.deviceHint')}
            value={typed ?? host?.deviceName ?? ''}
            error={wrong ? text('firstRun.deviceWrong') : null}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <p className={styles['hint']}>{keyText(keyStorage)}</p>
        </div>
        {signIn.error ? (
          <SignInError error={signIn.error} deviceName={deviceName} onEnrolAgain={() => start(false, true)} />
        ) : null}
        <div className={styles['actions']}>
          <Button type="submit" variant="filled" size="md" loading={signIn.busy}>
            {text(invited ? 'firstRun.accept' : 'firstRun.signIn')}
          </Button>
          {invited ? (
            <Button variant="default" size="md" disabled={signIn.busy} onClick={() => start(false)}>
              {text('firstRun.haveAccount')}
            </Button>
          ) : null}
          <Button variant="subtle" size="md" disabled={signIn.busy} onClick={onBack}>
            {text('firstRun.back')}
          </Button>
        </div>
      </form>
    </Frame>
  )
}
