/** How the app looks and behaves. What this host cannot do is not offered. */
import { SegmentedControl, Switch } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { HostFacts, WindowSettings } from '../../../shared/app-api.ts'
import type { FacePreferences } from '../../../shared/preferences.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { usePreferences } from '../../data/preferences.ts'
import { methodKey, useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { errorText } from '../../ui/error-text.ts'
import { Facts } from '../../ui/facts.tsx'
import { toast } from '../../ui/toast.ts'
import { SettingsGroup } from '../../ui/settings-group.tsx'
import styles from './settings.module.css'

export const GeneralSection = () => {
  const { preferences, change } = usePreferences()
  const host = useMethod('host', {}).data
  const can = (capability: HostFacts['capabilities'][number]): boolean => host?.capabilities.includes(capability) ?? false
  return (
    <div className={styles['sections']}>
      <SettingsGroup title={text('settings.appearance')} hint={text('settings.appearanceHint')}>
        <SegmentedControl
          aria-label={text('settings.appearance')}
          value={preferences.theme}
          onChange={(theme) => change({ theme: theme as FacePreferences['theme'] })}
          data={[
            { value: 'system', label: text('settings.themeSystem') },
            { value: 'light', label: text('settings.themeLight') },
            { value: 'dark', label: text('settings.themeDark') },
          ]}
        />
      </SettingsGroup>
      <LockFields withScreen={can('screen-lock')} linux={host?.platform === 'linux'} />
      {can('notifications') ? (
        <SettingsGroup title={text('settings.notifications')} hint={text('settings.notificationsHint')}>
          <Switch
            label={text('settings.notificationsLabel')}
            checked={preferences.notifications}
            onChange={(event) => change({ notifications: event.currentTarget.checked })}
          />
        </SettingsGroup>
      ) : null}
      {can('start-at-login') || can('tray') ? <WindowFields startsAtLogin={can('start-at-login')} hasTray={can('tray')} /> : null}
      <SettingsGroup title={text('settings.singleKeys')} hint={text('settings.singleKeysHint')}>
        <Switch
          label={text('settings.singleKeysLabel')}
          checked={preferences.shortcuts}
          onChange={(event) => change({ shortcuts: event.currentTarget.checked })}
        />
      </SettingsGroup>
      {host ? (
        <SettingsGroup title={text('settings.updates')}>
          <p className="selectable">{text('settings.version', { version: host.version })}</p>
          <Facts facts={Object.entries(host.components)} />
        </SettingsGroup>
      ) : null}
    </div>
  )
}

interface LockFieldsProps {
  readonly withScreen: boolean
  /** There the app is told of sleep only. */
  readonly linux: boolean
}

const LOCK_AFTER = [5, 15, 60] as const
const NEVER = 'never'

const LockFields = ({ withScreen, linux }: LockFieldsProps) => {
  const { preferences, change } = usePreferences()
  const minutes = LOCK_AFTER.map((count) => ({ value: String(count), label: text('settings.lockMinutes', { count }) }))
  return (
    <SettingsGroup title={text('settings.lock')} hint={text('settings.lockHint')}>
      <SegmentedControl
        aria-label={text('settings.lockAfter')}
        value={String(preferences.lockAfter ?? NEVER)}
        onChange={(value) => change({ lockAfter: LOCK_AFTER.find((count) => String(count) === value) ?? null })}
        data={[{ value: NEVER, label: text('settings.lockNever') }, ...minutes]}
      />
      {withScreen ? (
        <Switch
          label={text(linux ? 'settings.lockWithSleep' : 'settings.lockWithScreen')}
          checked={preferences.lockWithScreen}
          onChange={(event) => change({ lockWithScreen: event.currentTarget.checked })}
        />
      ) : null}
    </SettingsGroup>
  )
}

interface WindowFieldsProps {
  readonly startsAtLogin: boolean
  readonly hasTray: boolean
}

const WindowFields = ({ startsAtLogin, hasTray }: WindowFieldsProps) => {
  const bridge = useBridge()
  const queries = useQueryClient()
  const settings = useMethod('windowSettings', {}).data
  const change = (part: Partial<WindowSettings>): void => {
    bridge
      .call('changeWindowSettings', part)
      .then((now) => queries.setQueryData(methodKey('windowSettings', {}), now))
      .catch((error: unknown) => toast(errorText(error).message, 'window-settings'))
  }
  if (!settings) return null
  return (
    <>
      {startsAtLogin ? (
        <SettingsGroup title={text('settings.start')} hint={text('settings.startHint')}>
          <Switch
            label={text('settings.startLabel')}
            checked={settings.startAtLogin}
            onChange={(event) => change({ startAtLogin: event.currentTarget.checked })}
          />
        </SettingsGroup>
      ) : null}
      {hasTray ? (
        <SettingsGroup title={text('settings.closing')} hint={text('settings.closingHint')}>
          <SegmentedControl
            aria-label={text('settings.closing')}
            value={settings.whenClosed ?? 'keep-running'}
            onChange={(whenClosed) => change({ whenClosed: whenClosed as NonNullable<WindowSettings['whenClosed']> })}
            data={[
              { value: 'keep-running', label: text('settings.closingKeep') },
              { value: 'quit', label: text('settings.closingQuit') },
            ]}
          />
        </SettingsGroup>
      ) : null}
    </>
  )
}
