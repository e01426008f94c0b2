/** A filter that has no field of its own, and can be taken away. */
import { CloseButton } from '@mantine/core'
import { text } from '../texts/text.ts'
import styles from './filter-chip.module.css'

export const FilterChip = ({ label, onRemove }: { readonly label: string; readonly onRemove: () => void }) => (
  <span className={styles['chip']}>
    <span className="truncate">{label}</span>
    <CloseButton size="sm" aria-label={text('log.clearChoice', { label })} onClick={onRemove} />
  </span>
)
