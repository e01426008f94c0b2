/** One menu for a whole list: it opens where the row's button is. A menu in each row would cost more than the row. */
import { Menu } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './row-menu.module.css'

interface RowMenuProps {
  /** What it opens at; null: closed. */
  readonly anchor: HTMLElement | null
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export const RowMenu = ({ anchor, label, onClose, children }: RowMenuProps) => {
  const place = anchor?.getBoundingClientRect()
  return (
    <Menu opened={anchor !== null} onChange={(opened) => (opened ? undefined : onClose())} returnFocus width={220}>
      <Menu.Target>
        <span
          className={styles['anchor']}
          style={{ left: place?.right ?? 0, top: place?.top ?? 0, height: place?.height ?? 0 }}
          aria-hidden="true"
        />
      </Menu.Target>
      <Menu.Dropdown aria-label={label}>{children}</Menu.Dropdown>
    </Menu>
  )
}
