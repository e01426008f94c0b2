/** A text that is shown now and never again: to be handed on. */
import { Button } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { text } from '../../../texts/text.ts'
import { useCopy } from '../../../ui/copy-button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import styles from './parts.module.css'

interface ShownOnceProps {
  readonly opened: boolean
  readonly title: string
  readonly note: string
  /** One line each, with what it is. */
  readonly lines: readonly { readonly label: string; readonly content: string }[]
  readonly done: string
  readonly onClose: () => void
  readonly children?: ReactNode
}

export const ShownOnce = ({ opened, title, note, lines, done, onClose, children }: ShownOnceProps) => {
  const copy = useCopy()
  return (
    <Dialog opened={opened} onClose={onClose} title={title} size={560} closeOnClickOutside={false}>
      <p>{note}</p>
      {lines.map(({ label, content }) => (
        <div key={label} className={styles['once']}>
          <span className={styles['onceLabel']}>{label}</span>
          <code className={styles['onceText']} tabIndex={0} role="textbox" aria-readonly="true" aria-label={label}>
            {content}
          </code>
          <Button
            variant="default"
            leftSection={<IconCopy size={16} stroke={1.75} />}
            aria-label={text('common.copyNamed', { what: label })}
            onClick={() => copy(content, label)}
          >
            {text('common.copy')}
          </Button>
        </div>
      ))}
      {children}
      <div className={styles['formActions']}>
        <Button variant="filled" size="md" onClick={onClose}>
          {done}
        </Button>
      </div>
    </Dialog>
  )
}
