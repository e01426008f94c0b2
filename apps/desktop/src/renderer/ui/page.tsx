/** A screen: its title with how many there are, what can be done, how to narrow it down, the list, and the panel beside it. */
import type { ReactNode } from 'react'
import { text } from '../texts/text.ts'
import { classes } from './classes.ts'
import { count } from './numbers.ts'
import styles from './page.module.css'

interface PageProps {
  readonly title: string
  /** How many the list holds; `shown` when a filter leaves fewer. */
  readonly total?: number | undefined
  readonly shown?: number | undefined
  readonly updating?: boolean
  readonly actions?: ReactNode
  readonly toolbar?: ReactNode
  /** What went wrong, above the last good rows. */
  readonly banner?: ReactNode
  readonly panel?: ReactNode
  /** For screens that are no list: they scroll as a whole. */
  readonly scrolling?: boolean
  readonly children: ReactNode
}

export const Page = (props: PageProps) => (
  <div className={styles['page']}>
    <div className={styles['main']}>
      <header className={styles['header']}>
        <h1 className={styles['title']}>{props.title}</h1>
        {props.total === undefined ? null : <Count total={props.total} shown={props.shown ?? props.total} />}
        {props.updating ? <span className="muted">{text('common.updating')}</span> : null}
        <div className={styles['actions']}>{props.actions}</div>
      </header>
      {props.toolbar ? <div className={styles['toolbar']}>{props.toolbar}</div> : null}
      {props.banner}
      <div
        className={classes(styles['content'], props.scrolling && styles['scrolling'])}
        // What has nothing to operate is scrolled by keys all the same.
        {...(props.scrolling ? { 'tabIndex': 0, 'role': 'group', 'aria-label': props.title } : {})}
      >
        {props.children}
      </div>
    </div>
    {props.panel}
  </div>
)

const Count = ({ total, shown }: { readonly total: number; readonly shown: number }) => (
  <span className={classes(styles['count'], 'numbers')}>
    {shown === total ? count(total) : text('common.ofTotal', { count: count(shown), total: count(total) })}
  </span>
)
