/** The way to every screen that this person may see. */
import { Button } from '@mantine/core'
import { useLocation } from 'wouter'
import { usePermissions } from '../data/permissions.ts'
import { useReadyUpdate } from '../data/ready-update.ts'
import { useAction } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'
import { isVisible, type Screen } from './screen.ts'
import { screens } from './screens.ts'
import styles from './shell.module.css'

export const Sidebar = ({ open, onNavigate }: { readonly open: boolean; readonly onNavigate: () => void }) => {
  const permissions = usePermissions()
  const visible = screens.filter((screen) => isVisible(screen, permissions))
  const inGroup = (group: Screen['group']) => visible.filter((screen) => screen.group === group)
  const items = (group: Screen['group']) =>
    inGroup(group).map((screen) => <SidebarItem key={screen.path} screen={screen} onNavigate={onNavigate} />)
  const administration = items('administration')
  return (
    <nav className={styles['side']} aria-label={text('shell.sections')} data-open={open} data-region="sidebar">
      {items('work')}
      {administration.length > 0 ? <h2 className={styles['group']}>{text('shell.administration')}</h2> : null}
      {administration}
      <div className={styles['bottom']}>
        <ReadyUpdate />
        {items('own')}
      </div>
    </nav>
  )
}

/** Never a window of its own: a line that waits until somebody has time. */
const ReadyUpdate = () => {
  const version = useReadyUpdate()
  const install = useAction('installUpdate')
  const restart = (): void => install.mutate({}, { onError: (error) => toast(errorText(error).message, 'update') })
  if (version === null) return null
  return (
    <div className={styles['update']} role="status">
      <strong>{text('shell.updateReady', { version })}</strong>
      <span className="muted">{text('shell.updateWhen')}</span>
      <Button size="compact-sm" variant="default" loading={install.isPending} onClick={restart}>
        {text('shell.updateNow')}
      </Button>
    </div>
  )
}

const noneWaiting = (): number => 0

const SidebarItem = ({ screen, onNavigate }: { readonly screen: Screen; readonly onNavigate: () => void }) => {
  const [location] = useLocation()
  const { icon: Icon, useWaiting = noneWaiting } = screen
  const waiting = useWaiting()
  const current = location === screen.path || location.startsWith(`${screen.path}/`)
  return (
    <a
      className={styles['item']}
      href={`#${screen.path}`}
      aria-current={current ? 'page' : undefined}
      onClick={onNavigate}
      draggable={false}
    >
      <Icon size={16} stroke={1.75} />
      <span className="truncate">{screen.title()}</span>
      {waiting > 0 ? <span className={styles['waiting']}>{waiting}</span> : null}
    </a>
  )
}
