/** What kinds of alerts are called, how much they weigh, and what to do about them. */
import { assertNever } from '@sallyport/protocol'
import { text } from '../texts/text.ts'
import type { StatusKind } from '../ui/status.tsx'
import type { Alert } from './open-alerts.ts'

interface AlertWords {
  readonly name: string
  readonly glyph: StatusKind
  readonly advice: string
}

const grave = 'failed'
const notable = 'ending'
const expected = 'off'

export const alertWords = (kind: Alert['kind']): AlertWords => {
  switch (kind) {
    case 'device-cloned':
      return { name: text('alerts.deviceCloned'), glyph: grave, advice: text('alerts.deviceClonedAdvice') }
    case 'device-mismatch':
      return { name: text('alerts.deviceMismatch'), glyph: grave, advice: text('alerts.deviceMismatchAdvice') }
    case 'fingerprint-changed':
      return { name: text('alerts.fingerprintChanged'), glyph: grave, advice: text('alerts.fingerprintChangedAdvice') }
    case 'activity-gap':
      return { name: text('alerts.activityGap'), glyph: grave, advice: text('alerts.activityGapAdvice') }
    case 'device-replaced':
      return { name: text('alerts.deviceReplaced'), glyph: notable, advice: text('alerts.deviceReplacedAdvice') }
    case 'recovery-code-used':
      return { name: text('alerts.recoveryCodeUsed'), glyph: notable, advice: text('alerts.recoveryCodeUsedAdvice') }
    case 'sign-in-throttled':
      return { name: text('alerts.signInThrottled'), glyph: notable, advice: text('alerts.signInThrottledAdvice') }
    case 'emergency-access':
      return { name: text('alerts.emergencyAccess'), glyph: notable, advice: text('alerts.emergencyAccessAdvice') }
    case 'review-overdue':
      return { name: text('alerts.reviewOverdue'), glyph: notable, advice: text('alerts.reviewOverdueAdvice') }
    case 'rotation-failed':
      return { name: text('alerts.rotationFailed'), glyph: grave, advice: text('alerts.rotationFailedAdvice') }
    case 'credential-refused':
      return { name: text('alerts.credentialRefused'), glyph: grave, advice: text('alerts.credentialRefusedAdvice') }
    case 'sink-failing':
      return { name: text('alerts.sinkFailing'), glyph: grave, advice: text('alerts.sinkFailingAdvice') }
    case 'vault-failing':
      return { name: text('alerts.vaultFailing'), glyph: grave, advice: text('alerts.vaultFailingAdvice') }
    case 'log-failing':
      return { name: text('alerts.logFailing'), glyph: grave, advice: text('alerts.logFailingAdvice') }
    case 'kms-failing':
      return { name: text('alerts.kmsFailing'), glyph: grave, advice: text('alerts.kmsFailingAdvice') }
    case 'database-full':
      return { name: text('alerts.databaseFull'), glyph: grave, advice: text('alerts.databaseFullAdvice') }
    case 'secret-exposed':
      return { name: text('alerts.secretExposed'), glyph: grave, advice: text('alerts.secretExposedAdvice') }
    case 'support-access':
      return { name: text('alerts.supportAccess'), glyph: notable, advice: text('alerts.supportAccessAdvice') }
    case 'certificate-ending':
      return { name: text('alerts.certificateEnding'), glyph: notable, advice: text('alerts.certificateEndingAdvice') }
    case 'temporary-user-left':
      return { name: text('alerts.temporaryUserLeft'), glyph: notable, advice: text('alerts.temporaryUserLeftAdvice') }
    case 'key-unopened':
      return { name: text('alerts.keyUnopened'), glyph: notable, advice: text('alerts.keyUnopenedAdvice') }
    case 'new-device':
      return { name: text('alerts.newDevice'), glyph: expected, advice: text('alerts.newDeviceAdvice') }
    default:
      return assertNever(kind)
  }
}
