/** The page while nobody is signed in, or it is locked: one question at a time. */
import type { ReactNode } from 'react'
import styles from './frame.module.css'

interface FrameProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly children: ReactNode
}

export const Frame = ({ title, lead, children }: FrameProps) => (
  <main className={styles['page']}>
    <div className={styles['drag']} />
    <div className={styles['content']}>
      <Mark />
      <h1 className={styles['title']}>{title}</h1>
      {lead ? <p className={styles['lead']}>{lead}</p> : null}
      {children}
    </div>
  </main>
)

/** A gate in a wall, the small one that sallies are made from. */
const Mark = () => (
  <svg width="36" height="36" viewBox="0 0 36 36" aria-hidden="true" className={styles['mark']}>
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M4 6h6v4h4V6h8v4h4V6h6v24a2 2 0 0 1-2 2h-7v-9a5 5 0 0 0-10 0v9H6a2 2 0 0 1-2-2Z"
    />
  </svg>
)
