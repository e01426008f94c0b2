/** What is pasted elsewhere, whole. */
import type { ReactNode } from 'react'
import { CopyButton } from '../../../ui/copy-button.tsx'
import styles from './with-copy.module.css'

export const withCopy = (content: string, what: string): ReactNode => (
  <span className={styles['row']}>
    <code className="mono">{content}</code>
    <CopyButton content={content} what={what} />
  </span>
)
