/** A table inside a panel. */
import type { ReactNode } from 'react'
import styles from './small-table.module.css'

interface SmallTableProps {
  readonly headings: readonly string[]
  /** Pixels of the first column; the others share the rest. */
  readonly first?: number
  /** Its rows. */
  readonly children: ReactNode
}

export const SmallTable = ({ headings, first, children }: SmallTableProps) => (
  <table className={styles['table']}>
    <thead>
      <tr>
        {headings.map((heading, at) => (
          <th key={heading} scope="col" {...(at === 0 && first !== undefined ? { style: { width: first } } : {})}>
            {heading}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>{children}</tbody>
  </table>
)
