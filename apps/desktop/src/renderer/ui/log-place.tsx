/** Where records are read: rows that arrive wait behind a button while somebody reads, and never move the page under the pointer. */
import { type ReactNode, useEffect, useRef } from 'react'
import { text } from '../texts/text.ts'
import styles from './log-place.module.css'

/** As many as are kept apart; beyond, their number is not told exactly. */
const MANY = 2000

export const Arrived = ({ count, onShow }: { readonly count: number; readonly onShow: () => void }) =>
  count === 0 ? null : (
    <button type="button" className={styles['arrived']} onClick={onShow} data-volatile>
      {count >= MANY ? text('log.arrivedMany', { count: MANY }) : text('log.arrived', { count })}
    </button>
  )

interface LogPlaceProps {
  readonly arrived: number
  /** Called when rows arrived and nobody reads: the list is at its top, without pointer and focus. */
  readonly onRest: () => void
  readonly children: ReactNode
}

export const LogPlace = ({ arrived, onRest, children }: LogPlaceProps) => {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (arrived === 0 || !place.current) return
    const isRead = place.current.matches(':hover, :focus-within')
    const isAtTop = place.current.querySelector('[role="grid"] > [role="presentation"]')?.scrollTop === 0
    if (!isRead && isAtTop) onRest()
  }, [arrived, onRest])
  return (
    <div className={styles['place']} ref={place}>
      {children}
    </div>
  )
}
