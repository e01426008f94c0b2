/** What a row of a queue shows: the reason first, for it is what is decided on. */
import type { AccessRequest } from '@sallyport/protocol/api'
import { personName, requestStatus, timeSpan } from '../../data/access-request.ts'
import { titleOfName } from '../../data/credential.ts'
import { richText, text } from '../../texts/text.ts'
import type { Column } from '../../ui/data-grid.tsx'
import { Label } from '../../ui/label.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Status } from '../../ui/status.tsx'
import styles from './approvals.module.css'

export const requestColumns = (now: number): readonly Column<AccessRequest>[] => [
  {
    id: 'request',
    header: text('approvals.columnRequest'),
    width: 'minmax(220px, 3fr)',
    cell: (request) => <RequestCell request={request} />,
  },
  {
    id: 'for',
    header: text('approvals.columnFor'),
    width: '96px',
    cell: ({ duration }) => <span className="numbers truncate">{timeSpan(duration)}</span>,
  },
  {
    id: 'state',
    header: text('approvals.columnState'),
    width: '180px',
    from: 760,
    cell: (request) => {
      const { kind, word } = requestStatus(request, now)
      return <Status kind={kind}>{word}</Status>
    },
  },
  {
    id: 'asked',
    header: text('approvals.columnAsked'),
    width: '110px',
    cell: ({ createdAt }) => <Moment at={createdAt} form="relative" muted />,
  },
]

const RequestCell = ({ request }: { readonly request: AccessRequest }) => {
  const { reason, requester, credential, kind } = request
  const named = { name: personName(requester), what: titleOfName(credential.name) }
  return (
    <span className={styles['request']}>
      <span className={styles['rowReason']} title={reason}>
        {reason === '' ? <span className="muted">{text('access.noReason')}</span> : text('approvals.quoted', { reason })}
      </span>
      <span className={styles['rowWho']}>
        <span className="truncate muted">
          {kind === 'emergency' ? richText('approvals.whoEmergency', named) : richText('approvals.who', named)}
        </span>
        {kind === 'emergency' ? <Label tone="bad">{text('access.emergency')}</Label> : null}
        {kind === 'extension' ? <Label>{text('access.extension')}</Label> : null}
      </span>
    </span>
  )
}
