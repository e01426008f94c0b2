/** Why signing in did not work, and the way on: nobody ends in a dead end. */
import { Button } from '@mantine/core'
import { text } from '../../texts/text.ts'
import { errorText } from '../../ui/error-text.ts'
import styles from './first-run.module.css'

/** The key of this device is not accepted any more: another one must be enrolled. */
const KEY_GONE: ReadonlySet<string> = new Set(['device_revoked', 'fingerprint_changed'])

export const isKeyGone = (error: unknown): boolean => KEY_GONE.has(errorText(error).code)

interface SignInErrorProps {
  readonly error: unknown
  readonly deviceName: string
  readonly onEnrolAgain: () => void
}

export const SignInError = ({ error, deviceName, onEnrolAgain }: SignInErrorProps) => {
  const { code, message } = errorText(error)
  if (code === 'device_not_approved')
    return (
      <div className={styles['error']} role="alert">
        <strong>{text('firstRun.waitsForApproval')}</strong>
        <p>{text('firstRun.waitsForApprovalText', { device: deviceName })}</p>
      </div>
    )
  if (isKeyGone(error))
    return (
      <div className={styles['error']} role="alert">
        <strong>{text('firstRun.keyGone')}</strong>
        <p>{text('firstRun.keyGoneText')}</p>
        <Button variant="default" onClick={onEnrolAgain}>
          {text('firstRun.enrolAgain')}
        </Button>
      </div>
    )
  return (
    <div className={styles['error']} role="alert">
      <strong>{message}</strong>
      <p className="muted">{text('common.code', { code })}</p>
    </div>
  )
}
