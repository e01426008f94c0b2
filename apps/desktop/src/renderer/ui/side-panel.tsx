/** What there is to know about one row. Escape closes it, and the focus goes back to where it came from. */
import { IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { text } from '../texts/text.ts'
import { IconButton } from './icon-button.tsx'
import styles from './side-panel.module.css'

interface SidePanelProps {
  readonly title: ReactNode
  readonly subtitle?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

export const SidePanel = ({ title, subtitle, onClose, children }: SidePanelProps) => {
  const heading = useId()
  const panel = useRef<HTMLElement>(null)
  const close = useRef(onClose)
  useEffect(() => {
    close.current = onClose
  })
  useEffect(() => {
    const opener = document.activeElement
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented && document.querySelector('[role="dialog"]') === null) close.current()
    }
    document.addEventListener('keydown', onKey)
    const own = panel.current
    // Where the panel covers what it was opened from, the focus goes with it.
    if (opener instanceof HTMLElement && !opener.checkVisibility({ visibilityProperty: true }))
      own?.focus({ preventScroll: true })
    return () => {
      document.removeEventListener('keydown', onKey)
      const returns = document.activeElement === document.body || own?.contains(document.activeElement)
      if (returns && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside className={styles['panel']} aria-labelledby={heading} ref={panel} data-region="panel" tabIndex={-1}>
      <header className={styles['header']}>
        <div className={styles['heading']}>
          <h2 id={heading} className={styles['title']}>
            {title}
          </h2>
          {subtitle}
        </div>
        <IconButton aria-label={text('common.close')} onClick={onClose}>
          <IconX size={16} stroke={1.75} />
        </IconButton>
      </header>
      <div className={styles['content']}>{children}</div>
    </aside>
  )
}

export const PanelSection = ({ label, children }: { readonly label?: string; readonly children: ReactNode }) => (
  <section className={styles['section']}>
    {label ? <h3 className={styles['label']}>{label}</h3> : null}
    {children}
  </section>
)

/** What can be done with the thing of a panel; absent where this person may do none of it. */
export const PanelActions = ({ children }: { readonly children: ReactNode }) => (
  <PanelSection>
    <div className={styles['actions']}>{children}</div>
  </PanelSection>
)
