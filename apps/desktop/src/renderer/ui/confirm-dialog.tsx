/**
 * The question before something is taken away: what it will do, and a button that says so. The focus is on the way out, so that
 * no key pressed in passing decides.
 */
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { text } from '../texts/text.ts'
import styles from './confirm-dialog.module.css'
import { Dialog } from './dialog.tsx'
import { errorText } from './error-text.ts'

interface ConfirmDialogProps {
  readonly opened: boolean
  readonly title: string
  /** What it will do: names and numbers. */
  readonly children?: ReactNode
  /** The act in words: "End 2 connections". */
  readonly confirm: string
  readonly decline?: string
  readonly dangerous?: boolean
  /** While the effect is still being computed, or the act under way. */
  readonly busy?: boolean
  readonly disabled?: boolean
  readonly error?: unknown
  readonly onConfirm: () => void
  readonly onClose: () => void
}

export const ConfirmDialog = (props: ConfirmDialogProps) => (
  <Dialog opened={props.opened} onClose={props.onClose} title={props.title} size={440}>
    <div className={styles['text']}>{props.children}</div>
    {props.error ? (
      <p role="alert" className={styles['error']}>
        {errorText(props.error).message}
      </p>
    ) : null}
    <div className={styles['actions']}>
      <Button variant="default" size="md" data-autofocus onClick={props.onClose}>
        {props.decline ?? text('common.cancel')}
      </Button>
      <Button
        size="md"
        variant="filled"
        {...(props.dangerous ? { color: 'bad' } : {})}
        loading={props.busy ?? false}
        disabled={props.disabled ?? false}
        onClick={props.onConfirm}
      >
        {props.confirm}
      </Button>
    </div>
  </Dialog>
)
