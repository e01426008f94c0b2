/** What a list shows when it has no rows to show, or not the newest. */
import { Button } from '@mantine/core'
import { isErrorCode } from '@sallyport/protocol/errors'
import type { ComponentType, ReactNode } from 'react'
import { endsSession } from '../../shared/session-ends.ts'
import { text } from '../texts/text.ts'
import { classes } from './classes.ts'
import { errorText } from './error-text.ts'
import styles from './states.module.css'
import { StatusGlyph } from './status.tsx'

interface EmptyStateProps {
  readonly icon?: ComponentType<{ readonly size?: number; readonly stroke?: number }> | undefined
  readonly title: string
  /** Why there is nothing, and what would be here. */
  readonly children?: ReactNode
  readonly actions?: ReactNode
}

export const EmptyState = ({ icon: Icon, title, children, actions }: EmptyStateProps) => (
  <div className={styles['empty']}>
    {Icon ? (
      <span className={styles['icon']} aria-hidden="true">
        <Icon size={28} stroke={1.5} />
      </span>
    ) : null}
    <p className={styles['emptyTitle']}>{title}</p>
    {children ? <p className={styles['emptyText']}>{children}</p> : null}
    {actions ? <div className={styles['emptyActions']}>{actions}</div> : null}
  </div>
)

export const FilteredToNothing = ({ filter, onClear }: { readonly filter: string; readonly onClear: () => void }) => (
  <EmptyState
    title={text('common.nothingMatches', { filter })}
    actions={
      <Button variant="default" onClick={onClear}>
        {text('common.clearFilter')}
      </Button>
    }
  />
)

interface BannerProps {
  readonly tone: 'bad' | 'warn' | 'info'
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A line above everything it concerns. It does not move what is below the pointer away: it is there or not, at once. */
export const Banner = ({ tone, actions, children }: BannerProps) => (
  <div className={classes(styles['bar'], tone !== 'bad' && styles[tone])} role="group">
    <span className={styles['barGlyph']}>
      <StatusGlyph kind={tone === 'bad' ? 'failed' : tone === 'warn' ? 'ending' : 'in-use'} />
    </span>
    <p className={classes(styles['barText'], 'selectable')}>{children}</p>
    {actions}
  </div>
)

interface ErrorBarProps {
  readonly error: unknown
  /** When the rows below were true, as a clock time. */
  readonly asOf?: string | undefined
  readonly onRetry?: (() => void) | undefined
}

export const ErrorBar = ({ error, asOf, onRetry }: ErrorBarProps) => {
  const { code, message } = errorText(error)
  // What happened to the session is told once, over every page.
  if (asOf && isErrorCode(code) && endsSession(code))
    return <Banner tone="info">{text('common.shownAsOf', { time: asOf })}</Banner>
  const retry = onRetry ? (
    <Button variant="default" onClick={onRetry}>
      {text('common.tryAgain')}
    </Button>
  ) : null
  return (
    <Banner tone="bad" actions={retry}>
      <strong>{message}</strong> {asOf ? text('common.shownAsOf', { time: asOf }) : null}{' '}
      <span className={styles['code']}>{text('common.code', { code })}</span>
    </Banner>
  )
}

/** Rows of the height that is coming. Nothing at all for the first 150 ms. */
export const SkeletonRows = ({ count = 8, height = 40 }: { readonly count?: number; readonly height?: number }) => (
  <div role="status" aria-label={text('common.loading')} className={styles['skeletons']}>
    {Array.from({ length: count }, (_, row) => (
      <div key={row} className={styles['skeleton']} style={{ height }} aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
    ))}
  </div>
)
