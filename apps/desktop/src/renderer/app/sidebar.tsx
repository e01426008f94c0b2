/** The way to every screen that this person may see. */
import { useLocation } from 'wouter'
import { usePermissions } from '../data/permissions.ts'
import { text } from '../texts/text.ts'
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
      <div className={styles['bottom']}>{items('own')}</div>
    </nav>
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
