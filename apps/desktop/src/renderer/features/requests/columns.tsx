/** What a row of my requests shows. */
import { Button } from '@mantine/core'
import type { AccessRequest } from '@sallyport/protocol/api'
import { ENDS_SOON, requestStatus } from '../../data/access-request.ts'
import { titleOfName } from '../../data/credential.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import type { Column } from '../../ui/data-grid.tsx'
import { Label } from '../../ui/label.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Status } from '../../ui/status.tsx'
import styles from './requests.module.css'

interface ColumnNeeds {
  readonly now: number
  readonly onExtend: (request: AccessRequest) => void
}

/** An extension is offered in the row when it becomes urgent; before, in the panel. */
const isUrgent = ({ extensible, access }: AccessRequest, now: number): boolean =>
  extensible && access !== null && Date.parse(access.expiresAt) - now <= ENDS_SOON

export const requestColumns = ({ now, onExtend }: ColumnNeeds): readonly Column<AccessRequest>[] => [
  {
    id: 'what',
    header: text('requests.columnWhat'),
    width: 'minmax(170px, 1.2fr)',
    cell: (request) => (
      <>
        <span className={styles['what']} title={titleOfName(request.credential.name)}>
          {titleOfName(request.credential.name)}
        </span>
        {request.kind === 'emergency' ? <Label tone="bad">{text('access.emergency')}</Label> : null}
        {request.kind === 'extension' ? <Label>{text('access.extension')}</Label> : null}
      </>
    ),
  },
  {
    id: 'reason',
    header: text('requests.columnReason'),
    width: 'minmax(120px, 1.5fr)',
    from: 780,
    cell: ({ reason }) => cut(reason, 'muted'),
  },
  {
    id: 'state',
    header: text('requests.columnState'),
    width: '190px',
    cell: (request) => {
      const { kind, word } = requestStatus(request, now)
      return <Status kind={kind}>{word}</Status>
    },
  },
  {
    id: 'asked',
    header: text('requests.columnAsked'),
    width: '108px',
    cell: ({ createdAt }) => <Moment at={createdAt} muted />,
  },
  {
    id: 'actions',
    header: text('requests.columnActions'),
    quiet: true,
    width: '112px',
    align: 'end',
    cell: (request, { tabIndex }) =>
      isUrgent(request, now) ? (
        <Button
          variant="default"
          tabIndex={tabIndex}
          aria-label={text('requests.extendNamed', { name: titleOfName(request.credential.name) })}
          onClick={(event) => {
            event.stopPropagation()
            onExtend(request)
          }}
        >
          {text('requests.extend')}
        </Button>
      ) : null,
  },
]
