/** Every port of this computer that is given to a credential, and which of them another program holds. */
import { Button } from '@mantine/core'
import { IconPlug } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { titleOf } from '../../data/credential.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import { type Column, DataGrid } from '../../ui/data-grid.tsx'
import { errorText } from '../../ui/error-text.ts'
import { Label } from '../../ui/label.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Banner, EmptyState, ErrorBar, FilteredToNothing, SkeletonRows } from '../../ui/states.tsx'
import { type StateWord, Status } from '../../ui/status.tsx'
import { toast } from '../../ui/toast.ts'
import styles from './settings.module.css'

const NONE: readonly LocalCredential[] = []
const keyOf = ({ granted }: LocalCredential): string => granted.credential

const stateOf = ({ listener }: LocalCredential): StateWord => {
  switch (listener.state) {
    case 'listening':
      return { kind: 'ready', word: text('settings.portListening') }
    case 'off':
      return { kind: 'off', word: text('settings.portOff') }
    case 'unbound':
      return { kind: 'locked', word: text('settings.portUnbound') }
    case 'port-taken':
      return {
        kind: 'failed',
        word: listener.owner === null ? text('settings.portTakenUnknown') : text('settings.portTaken', { owner: listener.owner }),
      }
  }
}

/** RFC 4180 §2. */
const cell = (content: string): string => (/[",\r\n]/.test(content) ? `"${content.replaceAll('"', '""')}"` : content)

const columns = (): readonly Column<LocalCredential>[] => [
  {
    id: 'port',
    header: text('settings.columnPort'),
    width: '88px',
    cell: ({ port }) => <span className="mono selectable">{port}</span>,
  },
  {
    id: 'name',
    header: text('settings.columnName'),
    width: 'minmax(180px, 2fr)',
    cell: (credential) => cut(titleOf(credential)),
  },
  {
    id: 'place',
    header: text('settings.columnPlace'),
    width: '128px',
    cell: ({ portOverridden }) =>
      portOverridden ? (
        <Label>{text('settings.portHere')}</Label>
      ) : (
        <span className="muted">{text('settings.portOrganization')}</span>
      ),
  },
  {
    id: 'state',
    header: text('settings.columnState'),
    width: 'minmax(120px, 1.2fr)',
    cell: (credential) => {
      const { kind, word } = stateOf(credential)
      return <Status kind={kind}>{word}</Status>
    },
  },
]

export const PortsSection = () => {
  const query = useMethod('credentials', {})
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const credentials = query.data?.items ?? NONE
  const shown = useMemo(() => columns(), [])
  const rows = useMemo(() => {
    const wanted = typed.trim().toLowerCase()
    return credentials
      .filter((credential) => `${credential.port} ${titleOf(credential)}`.toLowerCase().includes(wanted))
      .toSorted((one, other) => one.port - other.port)
  }, [credentials, typed])
  const taken = credentials.filter(({ listener }) => listener.state === 'port-taken').length
  if (query.isPending) return <SkeletonRows />
  if (query.error && !query.data) return <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} />
  if (credentials.length === 0)
    return (
      <EmptyState icon={IconPlug} title={text('settings.portsEmpty')}>
        {text('settings.portsEmptyText')}
      </EmptyState>
    )
  return (
    <>
      {taken > 0 ? <Banner tone="bad">{text('settings.portsConflicts', { count: taken })}</Banner> : null}
      <div className={styles['portsBar']}>
        <p className="muted">{text('settings.portsHint')}</p>
        <SearchField label={text('settings.portsSearch')} value={typed} onChange={setTyped} width={200} />
        <SaveButton credentials={credentials} />
      </div>
      {rows.length > 0 ? (
        <DataGrid
          label={text('settings.portsList')}
          rows={rows}
          columns={shown}
          keyOf={keyOf}
          onOpen={(credential) => navigate(`/resources/${keyOf(credential)}`)}
        />
      ) : (
        <FilteredToNothing filter={typed} onClear={() => setTyped('')} />
      )}
    </>
  )
}

const SaveButton = ({ credentials }: { readonly credentials: readonly LocalCredential[] }) => {
  const bridge = useBridge()
  const canSave = useMethod('host', {}).data?.capabilities.includes('save-file') ?? false
  if (!canSave) return null
  const save = (): void => {
    const lines = credentials.map((credential) =>
      [String(credential.port), titleOf(credential), stateOf(credential).word].map(cell).join(','),
    )
    const content = `${[text('settings.portsFileHead'), ...lines].join('\n')}\n`
    bridge
      .call('saveFile', { suggestedName: 'sallyport-ports.csv', content })
      .then(({ saved }) => saved && toast(text('settings.portsSaved'), 'ports'))
      .catch((error: unknown) => toast(errorText(error).message, 'ports'))
  }
  return (
    <Button variant="default" onClick={save}>
      {text('settings.portsSave')}
    </Button>
  )
}
