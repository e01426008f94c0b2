/** One setting or a few that belong together: what it is about on the left, what is chosen on the right. */
import type { ReactNode } from 'react'
import styles from './settings.module.css'

interface SettingProps {
  readonly title: string
  readonly hint?: string
  readonly children: ReactNode
}

export const Setting = ({ title, hint, children }: SettingProps) => (
  <section className={styles['setting']} aria-label={title}>
    <div>
      <h2 className={styles['title']}>{title}</h2>
      {hint ? <p className="muted">{hint}</p> : null}
    </div>
    <div className={styles['fields']}>{children}</div>
  </section>
)
