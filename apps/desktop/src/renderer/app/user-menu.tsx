/** Who is signed in; appearance and signing out. */
import { Kbd, Menu, UnstyledButton } from '@mantine/core'
import { IconDeviceDesktop, IconLock, IconLogout, IconMoon, IconSun } from '@tabler/icons-react'
import type { AgentStatus } from '../../shared/local-api.ts'
import { usePreferences } from '../data/preferences.ts'
import { useAction, useMethod } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { useLock } from './lock.ts'
import styles from './user-menu.module.css'

type User = NonNullable<AgentStatus['user']>

const initials = ({ firstName, lastName }: User): string => `${firstName[0] ?? ''}${lastName[0] ?? ''}`.toUpperCase()

export const UserMenu = ({ user }: { readonly user: User }) => {
  const { change } = usePreferences()
  const lock = useLock()
  const mac = useMethod('host', {}).data?.platform === 'darwin'
  const signOut = useAction('signOut', ['status', 'credentials', 'connections'])
  const name = `${user.firstName} ${user.lastName}`.trim() || user.email
  const icon = { size: 16, stroke: 1.75 }
  return (
    <Menu width={240}>
      <Menu.Target>
        <UnstyledButton className={styles['avatar'] ?? ''}>
          <span aria-hidden="true">{initials(user)}</span>
          <span className="visually-hidden">{text('shell.accountMenu', { name })}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles['who']}>
          <div className="truncate">{name}</div>
          <div className="truncate muted">{user.email}</div>
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<IconSun {...icon} />} onClick={() => change({ theme: 'light' })}>
          {text('shell.toLight')}
        </Menu.Item>
        <Menu.Item leftSection={<IconMoon {...icon} />} onClick={() => change({ theme: 'dark' })}>
          {text('shell.toDark')}
        </Menu.Item>
        <Menu.Item leftSection={<IconDeviceDesktop {...icon} />} onClick={() => change({ theme: 'system' })}>
          {text('shell.toSystem')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLock {...icon} />}
          rightSection={<Kbd size="xs">{mac ? '⌘L' : 'Ctrl L'}</Kbd>}
          onClick={lock}
        >
          {text('lock.now')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout {...icon} />} onClick={() => signOut.mutate({})}>
          {text('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
