/** What can be done with the thing of a panel; absent where this person may do none of it. */
import type { ReactNode } from 'react'
import { PanelSection } from '../../../ui/side-panel.tsx'
import styles from './parts.module.css'

export const PanelActions = ({ children }: { readonly children: ReactNode }) => (
  <PanelSection>
    <div className={styles['panelActions']}>{children}</div>
  </PanelSection>
)
