/** What looks like a link and does something here. */
import type { ReactNode } from 'react'
import styles from './text-link.module.css'

export const TextLink = ({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }) => (
  <button type="button" className={styles['link']} onClick={onClick}>
    {children}
  </button>
)

/** Several of them, side by side as far as there is room. */
export const TextLinks = ({ children }: { readonly children: ReactNode }) => <div className={styles['links']}>{children}</div>
