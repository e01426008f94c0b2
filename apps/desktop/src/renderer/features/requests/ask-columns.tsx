/** What a row of what I may ask for shows. */
import type { RequestableCredential } from '@sallyport/protocol/api'
import { timeSpan } from '../../data/access-request.ts'
import { titleOfName } from '../../data/credential.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import type { Column } from '../../ui/data-grid.tsx'
import { Label } from '../../ui/label.tsx'
import { Status } from '../../ui/status.tsx'
import styles from './requests.module.css'

const SHOWN_TAGS = 3

export const askColumns = (): readonly Column<RequestableCredential>[] => [
  {
    id: 'what',
    header: text('requests.columnWhat'),
    width: 'minmax(170px, 1.6fr)',
    cell: ({ credential }) => (
      <span className={styles['what']} title={titleOfName(credential.name)}>
        {titleOfName(credential.name)}
      </span>
    ),
  },
  {
    id: 'tags',
    header: text('requests.factTags'),
    width: 'minmax(120px, 1fr)',
    from: 760,
    cell: ({ credential }) => (credential.resource?.tags ?? []).slice(0, SHOWN_TAGS).map((tag) => <Label key={tag}>{tag}</Label>),
  },
  {
    id: 'approvals',
    header: text('requests.columnApprovals'),
    width: 'minmax(110px, 180px)',
    cell: ({ approvals }) => cut(text('requests.needs', { count: approvals })),
  },
  {
    id: 'most',
    header: text('requests.columnMost'),
    width: '96px',
    from: 520,
    cell: ({ maxDuration }) => <span className="muted numbers truncate">{timeSpan(maxDuration)}</span>,
  },
  {
    id: 'standing',
    header: text('requests.columnStanding'),
    width: '140px',
    cell: ({ held, open, emergency }) => {
      if (held) return <Status kind="ready">{text('requests.held')}</Status>
      if (open) return <Status kind="preparing">{text('requests.waiting')}</Status>
      return emergency ? <Label tone="warn">{text('requests.canEmergency')}</Label> : null
    },
  },
]
