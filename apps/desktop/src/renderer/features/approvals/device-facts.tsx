/** The device from which it was asked, and how far it is trusted. */
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import { text } from '../../texts/text.ts'
import { Label } from '../../ui/label.tsx'
import { clockTime } from '../../ui/time.ts'

interface DeviceFactsProps {
  readonly device: AccessDecisionItem['device']
  readonly now: number
}

export const DeviceFacts = ({ device, now }: DeviceFactsProps) => {
  if (!device) return <p className="muted">{text('approvals.deviceGone')}</p>
  const { facts, status, enrolledAt } = device
  return (
    <p>
      <span className="selectable">{facts.name}</span>{' '}
      <span className="muted">
        {facts.osVersion}, {text('approvals.deviceKey', { storage: facts.keyStorage })},{' '}
        {text('approvals.deviceSince', { time: clockTime(enrolledAt, now) })}
      </span>{' '}
      {status === 'active' ? null : (
        <Label tone="bad">{text(status === 'pending' ? 'approvals.devicePending' : 'approvals.deviceRevoked')}</Label>
      )}
    </p>
  )
}
