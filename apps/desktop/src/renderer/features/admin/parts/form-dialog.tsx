/** A form in a dialog. What it will affect is asked afterwards, where it affects anything. */
import { Button } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { text } from '../../../texts/text.ts'
import { Dialog } from '../../../ui/dialog.tsx'
import { errorText } from '../../../ui/error-text.ts'
import styles from './parts.module.css'

interface FormDialogProps {
  readonly opened: boolean
  readonly title: string
  readonly submit: string
  readonly busy?: boolean
  readonly disabled?: boolean
  readonly error?: unknown
  /** Pixels. */
  readonly width?: number
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

export const FormDialog = (props: FormDialogProps) => {
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    props.onSubmit()
  }
  const problem = props.error ? errorText(props.error) : null
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={props.title} size={props.width ?? 480}>
      <form onSubmit={submit} noValidate autoComplete="off">
        <div className={styles['fields']}>{props.children}</div>
        {problem ? (
          <p role="alert" className={styles['error']}>
            {[problem.message, ...problem.details].join(' ')}
          </p>
        ) : null}
        <div className={styles['formActions']}>
          <Button variant="default" size="md" onClick={props.onClose}>
            {text('common.cancel')}
          </Button>
          <Button type="submit" size="md" variant="filled" loading={props.busy ?? false} disabled={props.disabled ?? false}>
            {props.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
