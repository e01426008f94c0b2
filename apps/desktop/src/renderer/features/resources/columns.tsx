/** What a row of the list shows. */
import { IconDatabase, IconDots, IconStarFilled } from '@tabler/icons-react'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { accountOf, addressOf, isDangerous, titleOf } from '../../data/credential.ts'
import { text } from '../../texts/text.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import type { Column } from '../../ui/data-grid.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Label } from '../../ui/label.tsx'
import { RowSwitch } from '../../ui/row-switch.tsx'
import { Status } from '../../ui/status.tsx'
import styles from './resources.module.css'
import { type CredentialState, isOn } from './state.ts'

interface ColumnNeeds {
  readonly stateOf: (credential: LocalCredential) => CredentialState
  readonly isFavourite: (credential: LocalCredential) => boolean
  readonly isPending: (credential: LocalCredential) => boolean
  readonly onToggle: (credential: LocalCredential) => void
  readonly onMenu: (credential: LocalCredential, anchor: HTMLElement) => void
}

/** Labels beyond this many only say how many they are. */
const SHOWN_TAGS = 2

export const resourceColumns = (needs: ColumnNeeds): readonly Column<LocalCredential>[] => [
  {
    id: 'name',
    header: text('resources.columnName'),
    width: 'minmax(180px, 2.2fr)',
    cell: (credential) => <Name credential={credential} favourite={needs.isFavourite(credential)} />,
  },
  {
    id: 'tags',
    header: text('resources.columnTags'),
    width: 'minmax(120px, 1fr)',
    from: 820,
    cell: ({ granted }) => (
      <>
        {granted.resource.tags.slice(0, SHOWN_TAGS).map((tag) => (
          <Label key={tag}>{tag}</Label>
        ))}
        {granted.resource.tags.length > SHOWN_TAGS ? (
          <span className="muted">+{granted.resource.tags.length - SHOWN_TAGS}</span>
        ) : null}
      </>
    ),
  },
  {
    id: 'address',
    header: text('resources.columnAddress'),
    width: '164px',
    cell: (credential, { tabIndex }) => (
      <>
        <span className="mono selectable">{addressOf(credential)}</span>
        <span className={styles['onHover']}>
          <CopyButton content={addressOf(credential)} what={addressOf(credential)} tabIndex={tabIndex} />
        </span>
      </>
    ),
  },
  {
    id: 'state',
    header: text('resources.columnState'),
    width: '136px',
    cell: (credential) => {
      const { kind, word } = needs.stateOf(credential)
      return <Status kind={kind}>{word}</Status>
    },
  },
  {
    id: 'switch',
    header: text('resources.columnSwitch'),
    quiet: true,
    width: '40px',
    cell: (credential, { tabIndex }) => (
      <RowSwitch
        checked={isOn(credential)}
        disabled={needs.isPending(credential) || !credential.granted.bound}
        aria-label={text('resources.switch', { name: titleOf(credential) })}
        tabIndex={tabIndex}
        onClick={(event) => event.stopPropagation()}
        onChange={() => needs.onToggle(credential)}
      />
    ),
  },
  {
    id: 'menu',
    header: text('resources.columnMenu'),
    quiet: true,
    width: '36px',
    align: 'end',
    cell: (credential, { tabIndex }) => (
      <IconButton
        aria-label={text('common.moreOf', { name: titleOf(credential) })}
        aria-haspopup="menu"
        tabIndex={tabIndex}
        onClick={(event) => {
          event.stopPropagation()
          needs.onMenu(credential, event.currentTarget)
        }}
      >
        <IconDots size={16} stroke={1.75} />
      </IconButton>
    ),
  },
]

const Name = ({ credential, favourite }: { readonly credential: LocalCredential; readonly favourite: boolean }) => (
  <>
    <IconDatabase size={16} stroke={1.75} className={styles['kind'] ?? ''} aria-hidden="true" />
    <span className={styles['name']} title={titleOf(credential)}>
      <span className={styles['resource']}>{credential.granted.resource.name}</span>
      <span className={styles['account']}>{accountOf(credential.granted.name)}</span>
    </span>
    {favourite ? (
      <span className={styles['favourite']}>
        <IconStarFilled size={12} aria-hidden="true" />
        <span className="visually-hidden">{text('resources.favourite')}</span>
      </span>
    ) : null}
    {isDangerous(credential) ? <Label tone="bad">{text('resources.dangerous')}</Label> : null}
  </>
)
