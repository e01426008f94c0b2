/** The frame around every screen: top row, sidebar, banners, status line. F6 goes round its regions. */
import { ActionIcon, Kbd } from '@mantine/core'
import { IconMenu2, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { AgentStatus } from '../../shared/local-api.ts'
import { useMethod } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { duration, useNow } from '../ui/time.ts'
import { Banners } from './banners.tsx'
import { openPalette } from './palette-store.ts'
import styles from './shell.module.css'
import { Sidebar } from './sidebar.tsx'
import { StatusBar } from './status-bar.tsx'
import { UserMenu } from './user-menu.tsx'

interface ShellProps {
  readonly status: AgentStatus | undefined
  readonly children: ReactNode
}

export const Shell = ({ status, children }: ShellProps) => {
  const [navigation, setNavigation] = useState(false)
  const host = useMethod('host', {}).data
  const frame = host?.titleBar ?? { left: 0, right: 0 }
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#content" onClick={focusContent} data-for-keys>
        {text('shell.skipToContent')}
      </a>
      <header className={styles['top']} style={{ paddingLeft: 16 + frame.left, paddingRight: 8 + frame.right }} data-region="top">
        <ActionIcon
          className={styles['menuButton'] ?? ''}
          aria-label={text('shell.openNavigation')}
          aria-expanded={navigation}
          onClick={() => setNavigation(!navigation)}
        >
          <IconMenu2 size={16} stroke={1.75} />
        </ActionIcon>
        <div className={styles['organization']}>
          <span className="truncate">{status?.organization?.name ?? text('common.appName')}</span>
        </div>
        <button type="button" className={styles['search']} onClick={openPalette}>
          <IconSearch size={16} stroke={1.75} aria-hidden="true" />
          <span className="truncate">{text('shell.palettePlaceholder')}</span>
          <Kbd size="xs" aria-hidden="true">
            {host?.platform === 'darwin' ? '⌘K' : 'Ctrl K'}
          </Kbd>
        </button>
        <div className={styles['right']}>
          <SessionLeft status={status} />
          {status?.user ? <UserMenu user={status.user} /> : null}
        </div>
      </header>
      <Sidebar open={navigation} onNavigate={() => setNavigation(false)} />
      <main className={styles['main']} id="content" tabIndex={-1} aria-label={text('shell.content')} data-region="content">
        <Banners status={status} />
        <div className={styles['screen']}>{children}</div>
      </main>
      <StatusBar status={status} gone={useMethod('status', {}).isError} />
    </div>
  )
}

const focusContent = (event: { preventDefault(): void }): void => {
  // The fragment is the router's: the link only moves the focus.
  event.preventDefault()
  document.querySelector<HTMLElement>('#content')?.focus()
}

/** Hours are of no interest until few are left. */
const SHOWN_BELOW = 2 * 60 * 60 * 1000

const SessionLeft = ({ status }: { readonly status: AgentStatus | undefined }) => {
  const now = useNow()
  if (!status?.session) return null
  const left = Date.parse(status.session.expiresAt) - now
  if (left > SHOWN_BELOW || left < 0) return null
  return <span className="muted numbers truncate">{text('shell.sessionLeft', { time: duration(left) })}</span>
}
