/** The switch of a row. A plain element of our own: lists have one in every row. */
import type { ComponentProps } from 'react'
import styles from './row-switch.module.css'

interface RowSwitchProps extends Omit<ComponentProps<'input'>, 'type' | 'role' | 'className'> {
  readonly 'aria-label': string
}

export const RowSwitch = (props: RowSwitchProps) => (
  <input {...props} type="checkbox" role="switch" className={styles['switch']} />
)
