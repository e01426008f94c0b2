/** A part of a page of settings: what it is about beside its fields. */
import type { ReactNode } from 'react'
import styles from './settings-group.module.css'

interface SettingsGroupProps {
  readonly title: string
  readonly hint?: string
  readonly children: ReactNode
}

export const SettingsGroup = ({ title, hint, children }: SettingsGroupProps) => (
  <section className={styles['group']} aria-label={title}>
    <div>
      <h2 className={styles['title']}>{title}</h2>
      {hint ? <p className="muted">{hint}</p> : null}
    </div>
    <div className={styles['fields']}>{children}</div>
  </section>
)

/** What can be done about it. */
export const GroupActions = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles['actions']}>{children}</div>
)
