/** A state, told by shape, word and colour, in this order: two of our colours are one to many eyes. */
import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import styles from './status.module.css'

export type StatusKind = 'off' | 'preparing' | 'ready' | 'in-use' | 'ending' | 'failed' | 'locked' | 'unknown'

/** What a state looks like, and what it is called. */
export interface StateWord {
  readonly kind: StatusKind
  readonly word: string
}

/** In a field of 12 by 12; only `currentColor`, so that forced colours work. */
const SHAPES: Readonly<Record<StatusKind, ReactNode>> = {
  'off': <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  'preparing': (
    <circle
      cx="6"
      cy="6"
      r="4.25"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeDasharray="1.75 2.7"
      strokeLinecap="round"
    />
  ),
  'ready': <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  'in-use': (
    <>
      <circle cx="6" cy="6" r="2.75" fill="currentColor" />
      <circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" strokeWidth="1.25" />
    </>
  ),
  'ending': <path d="M6 1.4 11.2 10.6H.8Z" fill="currentColor" />,
  'failed': (
    <path
      fillRule="evenodd"
      fill="currentColor"
      d="M2.5 1h7A1.5 1.5 0 0 1 11 2.5v7A1.5 1.5 0 0 1 9.5 11h-7A1.5 1.5 0 0 1 1 9.5v-7A1.5 1.5 0 0 1 2.5 1Zm1.1 3.5L5.1 6 3.6 7.5l.9.9L6 6.9l1.5 1.5.9-.9L6.9 6l1.5-1.5-.9-.9L6 5.1 4.5 3.6Z"
    />
  ),
  'locked': (
    <path
      fill="none"
      stroke="currentColor"
      strokeWidth="1.35"
      strokeLinejoin="round"
      d="M2 5.5h8V11H2Zm1.75 0V3.75a2.25 2.25 0 0 1 4.5 0V5.5"
    />
  ),
  'unknown': <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="3.2 2.2" />,
}

export const StatusGlyph = ({ kind }: { readonly kind: StatusKind }) => (
  <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
    {SHAPES[kind]}
  </svg>
)

export const Status = ({ kind, children }: { readonly kind: StatusKind; readonly children: ReactNode }) => (
  <span className={classes(styles['status'], styles[kind])}>
    <StatusGlyph kind={kind} />
    <span className="truncate numbers">{children}</span>
  </span>
)
