/** What somebody did under an access, in short, and the way to all of it. */
import { type AccessRequest, type AccessUse, MAX_COUNTED_STATEMENTS } from '@sallyport/protocol/api'
import { usePermissions } from '../../data/permissions.ts'
import { text } from '../../texts/text.ts'
import { clockTime } from '../../ui/time.ts'

interface UseTextProps {
  readonly use: AccessUse | null
  readonly request: AccessRequest
  readonly now: number
}

export const UseText = ({ use, request, now }: UseTextProps) => {
  const seesActivity = usePermissions().has('activity.read')
  if (!use) return <p className="muted">{text('approvals.lastTimeNever')}</p>
  const times = { statements: use.statements, from: clockTime(use.startsAt, now), to: clockTime(use.endsAt, now) }
  return (
    <>
      <p>
        {use.statements >= MAX_COUNTED_STATEMENTS ? text('approvals.lastTimeMany', times) : text('approvals.lastTimeText', times)}
      </p>
      {seesActivity ? (
        <p>
          <a href={`#/activity/of/${request.requester.id}/${request.credential.id}`}>{text('approvals.lastTimeShow')}</a>
        </p>
      ) : null}
    </>
  )
}
