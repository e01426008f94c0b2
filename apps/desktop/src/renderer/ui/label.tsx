/** A small word beside a name: a tag, a lease's end, a role. The word carries the meaning, the tone only helps. */
import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import styles from './label.module.css'

interface LabelProps {
  readonly tone?: 'plain' | 'ok' | 'warn' | 'bad'
  readonly children: ReactNode
}

export const Label = ({ tone = 'plain', children }: LabelProps) => (
  <span className={classes(styles['label'], tone !== 'plain' && styles[tone])}>{children}</span>
)
