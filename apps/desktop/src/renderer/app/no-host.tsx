/** The loopback page without its one-time key: reloaded, or opened by hand. */
import { text } from '../texts/text.ts'
import styles from './no-host.module.css'

export const NoHost = () => (
  <main className={styles['page']}>
    <h1 className={styles['title']}>{text('errors.noHost')}</h1>
    <p className="muted">{text('errors.noHostHelp')}</p>
  </main>
)
