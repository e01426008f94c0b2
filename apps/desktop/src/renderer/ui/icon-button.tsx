/** A small button that shows a picture alone. A plain element of our own: lists have several in every row. */
import type { ComponentProps } from 'react'
import { classes } from './classes.ts'
import styles from './icon-button.module.css'

interface IconButtonProps extends ComponentProps<'button'> {
  readonly 'aria-label': string
}

export const IconButton = ({ className, ...props }: IconButtonProps) => (
  <button {...props} type="button" className={classes(styles['button'], className)} />
)
