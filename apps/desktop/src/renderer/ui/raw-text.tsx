/** Text as programs write it: kept as it is, scrolled where it is long. */
import styles from './raw-text.module.css'

/** @param label what it is, for screen readers. */
export const RawText = ({ label, children }: { readonly label: string; readonly children: string }) => (
  <pre className={styles['raw']} tabIndex={0} role="region" aria-label={label}>
    {children}
  </pre>
)
