/** What the keys of the organization rest under, its data keys, and the keys to which secrets are sealed. */
import { Button } from '@mantine/core'
import type { KeyState } from '@sallyport/protocol/api'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { count } from '../../../ui/numbers.ts'
import { SmallTable } from '../../../ui/small-table.tsx'
import { ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import { Status } from '../../../ui/status.tsx'
import { calendarDay } from '../../../ui/time.ts'
import type { Propose } from '../change/plan.ts'
import { GroupActions, SettingsGroup } from '../../../ui/settings-group.tsx'
import { KeyName } from './key-name.tsx'
import { planDataKeys, planRewrap, planVaultKey } from './key-plans.ts'

interface SectionProps {
  readonly state: KeyState
  /** Null: may only look. */
  readonly propose: Propose | null
}

export const VaultKeySections = ({ propose }: Pick<SectionProps, 'propose'>) => {
  const query = useRoute('getKeys', {})
  const state = query.data
  if (!state)
    return query.error ? (
      <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} />
    ) : (
      <SkeletonRows count={4} />
    )
  return (
    <>
      <RootKey state={state} propose={propose} />
      <DataKeys state={state} propose={propose} />
      <VaultKeys state={state} propose={propose} />
    </>
  )
}

const RootKey = ({ state: { root, wrapped }, propose }: SectionProps) => (
  <SettingsGroup title={text('keys.root')} hint={text('keys.rootHint')}>
    <Facts
      facts={[
        [text('keys.driver'), root.driver],
        [text('keys.protection'), root.protection],
        [text('keys.name'), <code className="mono">{root.key}</code>],
        [text('keys.wrapped'), count(wrapped.newest)],
        [text('keys.older'), count(wrapped.older)],
        ...(wrapped.unopened === 0
          ? []
          : [
              [
                text('keys.unopened'),
                <Status key="unopened" kind="failed">
                  {text('keys.unopenedText', { count: wrapped.unopened })}
                </Status>,
              ] as const,
            ]),
      ]}
    />
    {propose && wrapped.older > 0 ? (
      <GroupActions>
        <Button variant="default" onClick={() => propose(planRewrap())}>
          {text('keys.rewrap')}
        </Button>
      </GroupActions>
    ) : null}
  </SettingsGroup>
)

const dataKeyFacts = ({ dataKeys }: KeyState): readonly Fact[] => {
  if (dataKeys === null) return [[text('keys.dataState'), text('keys.dataNone')]]
  if (dataKeys.finishedAt !== null) return [[text('keys.dataState'), <Moment key="finished" at={dataKeys.finishedAt} />]]
  return [
    [
      text('keys.dataState'),
      <Status key="going" kind="preparing">
        {text('keys.dataGoing', { left: dataKeys.left })}
      </Status>,
    ],
    [text('keys.dataSince'), <Moment key="started" at={dataKeys.startedAt} />],
  ]
}

const DataKeys = ({ state, propose }: SectionProps) => (
  <SettingsGroup title={text('keys.data')} hint={text('keys.dataHint')}>
    <Facts facts={dataKeyFacts(state)} />
    {propose && state.dataKeys?.finishedAt !== null ? (
      <GroupActions>
        <Button variant="default" onClick={() => propose(planDataKeys())}>
          {text('keys.dataRotate')}
        </Button>
      </GroupActions>
    ) : null}
  </SettingsGroup>
)

const VaultKeys = ({ state: { vaultKeys }, propose }: SectionProps) => (
  <SettingsGroup title={text('keys.vault')} hint={text('keys.vaultHint')}>
    <SmallTable headings={[text('keys.columnKey'), text('keys.columnMade'), text('keys.columnEnd')]}>
      {vaultKeys.map(({ id, createdAt, retiresAt }) => (
        <tr key={id}>
          <td>
            <KeyName id={id} />
          </td>
          <td>
            <Moment at={createdAt} form="relative" />
          </td>
          <td>{retiresAt === null ? text('keys.inUse') : calendarDay(retiresAt)}</td>
        </tr>
      ))}
    </SmallTable>
    {propose ? (
      <GroupActions>
        <Button variant="default" onClick={() => propose(planVaultKey())}>
          {text('keys.vaultRotate')}
        </Button>
      </GroupActions>
    ) : null}
  </SettingsGroup>
)
