/** What a row of the catalogue shows. */
import { IconDatabase } from '@tabler/icons-react'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import { Status } from '../../../ui/status.tsx'
import type { Credential, NameOf, Resource } from '../data/names.ts'
import styles from './catalogue.module.css'
import { addressText } from './endpoint-text.ts'
import { RowTitle } from '../parts/row-title.tsx'

/** Labels beyond this many only say how many they are. */
const SHOWN_TAGS = 2

interface ColumnNeeds {
  readonly siteName: NameOf
  readonly credentialsOf: (resource: Resource) => readonly Credential[]
}

const State = ({ credentials }: { readonly credentials: readonly Credential[] }) => {
  if (credentials.length === 0) return <Status kind="off">{text('catalogue.noCredentials')}</Status>
  return credentials.every(({ bound }) => bound) ? (
    <Status kind="ready">{text('catalogue.ready')}</Status>
  ) : (
    <Status kind="locked">{text('catalogue.unboundState')}</Status>
  )
}

export const resourceColumns = ({ siteName, credentialsOf }: ColumnNeeds): readonly Column<Resource>[] => [
  {
    id: 'name',
    header: text('catalogue.columnName'),
    width: 'minmax(160px, 1.6fr)',
    cell: ({ name }) => (
      <>
        <IconDatabase size={16} stroke={1.75} className={styles['kind'] ?? ''} aria-hidden="true" />
        <RowTitle>{name}</RowTitle>
      </>
    ),
  },
  {
    id: 'address',
    header: text('catalogue.columnAddress'),
    width: 'minmax(140px, 1.4fr)',
    cell: ({ endpoint }) => (
      <>
        {cut(addressText(endpoint), 'mono', 'muted')}
        {endpoint.plaintextAllowed ? <Label tone="warn">{text('catalogue.plaintext')}</Label> : null}
      </>
    ),
  },
  {
    id: 'tags',
    header: text('catalogue.columnTags'),
    width: 'minmax(110px, 1fr)',
    from: 860,
    cell: ({ tags }) => (
      <>
        {tags.slice(0, SHOWN_TAGS).map((tag) => (
          <Label key={tag} {...(tag === 'dangerous' ? { tone: 'bad' as const } : {})}>
            {tag}
          </Label>
        ))}
        {tags.length > SHOWN_TAGS ? <span className="muted">+{tags.length - SHOWN_TAGS}</span> : null}
      </>
    ),
  },
  {
    id: 'site',
    header: text('catalogue.columnSite'),
    width: 'minmax(72px, 0.6fr)',
    from: 700,
    cell: ({ site }) => cut(siteName(site)),
  },
  {
    id: 'credentials',
    header: text('catalogue.columnCredentials'),
    width: '84px',
    align: 'end',
    cell: (resource) => <span className="numbers">{credentialsOf(resource).length}</span>,
  },
  {
    id: 'state',
    header: text('catalogue.columnState'),
    width: '124px',
    cell: (resource) => <State credentials={credentialsOf(resource)} />,
  },
]
