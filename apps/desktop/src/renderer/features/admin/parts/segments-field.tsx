/** One of a few choices that are all seen, with its label and what the choice means. */
import { SegmentedControl, type SegmentedControlProps } from '@mantine/core'
import { useId } from 'react'
import styles from './parts.module.css'

export interface SegmentsFieldProps extends Pick<
  SegmentedControlProps,
  'data' | 'value' | 'onChange' | 'readOnly' | 'fullWidth'
> {
  readonly label: string
  readonly hint?: string
}

export const SegmentsField = ({ label, hint, ...control }: SegmentsFieldProps) => {
  const id = useId()
  return (
    <div>
      <p id={id} className={styles['label']}>
        {label}
      </p>
      <SegmentedControl aria-labelledby={id} {...control} />
      {hint ? <p className={styles['hint']}>{hint}</p> : null}
    </div>
  )
}
