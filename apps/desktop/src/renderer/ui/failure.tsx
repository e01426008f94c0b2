/** What went wrong, where it happened: below the fields of a form. */
import { errorText } from './error-text.ts'
import styles from './form.module.css'

/** null: nothing did. A text is shown as it is. */
export const Failure = ({ error }: { readonly error: unknown }) =>
  error === null ? null : (
    <p role="alert" className={styles['failure']}>
      {typeof error === 'string' ? error : errorText(error).message}
    </p>
  )
