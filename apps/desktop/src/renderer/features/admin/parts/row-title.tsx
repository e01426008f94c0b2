/** What a row is called: cut where there is no room, whole in the tooltip. */
import styles from './parts.module.css'

export const RowTitle = ({ children }: { readonly children: string }) => (
  <span className={`${styles['rowTitle'] ?? ''} truncate`} title={children}>
    {children}
  </span>
)
