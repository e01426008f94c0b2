/** This computer as the organization knows it: its key, whether it is trusted, the session on it, and recovery codes. */
import type { AgentStatus } from '../../../shared/local-api.ts'
import { useMethod } from '../../data/use-method.ts'
import { type RouteAnswer, useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { Facts } from '../../ui/facts.tsx'
import { ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { type StateWord, Status } from '../../ui/status.tsx'
import { clockTime, fullTime, useNow } from '../../ui/time.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { SettingsGroup } from '../../ui/settings-group.tsx'
import styles from './settings.module.css'

type Me = RouteAnswer<'getMe'>

const keyText = (storage: AgentStatus['keyStorage']): string => {
  switch (storage) {
    case 'keychain':
      return text('settings.keyKeychain')
    case 'hardware':
      return text('settings.keyHardware')
    case 'passphrase':
      return text('settings.keyPassphrase')
  }
}

const trustState = (status: Me['device']['status']): StateWord => {
  switch (status) {
    case 'active':
      return { kind: 'ready', word: text('settings.trustActive') }
    case 'pending':
      return { kind: 'ending', word: text('settings.trustPending') }
    case 'revoked':
      return { kind: 'failed', word: text('settings.trustRevoked') }
  }
}

export const DeviceSection = () => {
  const status = useMethod('status', {}).data
  const me = useRoute('getMe', {})
  if (me.error && !me.data) return <ErrorBar error={me.error} onRetry={() => void me.refetch().catch(() => {})} />
  if (!me.data || !status) return <SkeletonRows />
  return (
    <div className={styles['sections']}>
      <DeviceFacts me={me.data} status={status} />
      <RecoveryCodes />
    </div>
  )
}

const DeviceFacts = ({ me, status }: { readonly me: Me; readonly status: AgentStatus }) => {
  const now = useNow()
  const { device, session } = me
  const trust = trustState(device.status)
  const time = (instant: string) => <span title={fullTime(instant)}>{clockTime(instant, now)}</span>
  return (
    <>
      <SettingsGroup title={text('settings.keys')} hint={text('settings.keysHint')}>
        <Status kind={status.keyStorage === 'passphrase' ? 'ending' : 'ready'}>{keyText(status.keyStorage)}</Status>
      </SettingsGroup>
      <SettingsGroup title={text('settings.trust')} hint={text('settings.trustHint')}>
        <Status kind={trust.kind}>{trust.word}</Status>
        <Facts
          facts={[
            [text('settings.deviceName'), device.facts.name],
            [text('settings.system'), device.facts.osVersion],
            [text('settings.enrolled'), time(device.enrolledAt)],
            [text('settings.profile'), status.profile],
            [text('settings.deviceId'), <code className="mono">{device.id}</code>],
          ]}
        />
      </SettingsGroup>
      <SettingsGroup title={text('settings.session')} hint={text('settings.sessionHint')}>
        <Facts
          facts={[
            [text('settings.sessionUntil'), time(session.expiresAt)],
            ...(status.session ? [[text('settings.certificateUntil'), time(status.session.certificateExpiresAt)] as const] : []),
            [text('settings.sessionLabel'), <code className="mono">{session.label}</code>],
          ]}
        />
      </SettingsGroup>
    </>
  )
}
