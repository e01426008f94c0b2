/** Keys that sign tokens for third-party stores and service accounts. */
import { Button } from '@mantine/core'
import { useRoute } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import { Moment } from '../../../ui/moment.tsx'
import { SmallTable } from '../../../ui/small-table.tsx'
import { ErrorBar } from '../../../ui/states.tsx'
import { calendarDay } from '../../../ui/time.ts'
import type { Propose } from '../change/plan.ts'
import { GroupActions, SettingsGroup } from '../../../ui/settings-group.tsx'
import { KeyName } from './key-name.tsx'
import { planTokenKeys } from './key-plans.ts'

export const TokenKeysSection = ({ propose }: { readonly propose: Propose | null }) => {
  const query = useRoute('getTokenKeys', {})
  const keys = query.data?.keys
  return (
    <SettingsGroup title={text('keys.tokens')} hint={text('keys.tokensHint')}>
      {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      {keys?.length === 0 ? <p className="muted">{text('keys.tokensNone')}</p> : null}
      {keys && keys.length > 0 ? (
        <SmallTable
          headings={[
            text('keys.columnKey'),
            text('keys.columnAlgorithm'),
            text('keys.columnSigns'),
            text('keys.columnPublished'),
          ]}
        >
          {keys.map(({ id, algorithm, signsFrom, retiresAt }) => (
            <tr key={id}>
              <td>
                <KeyName id={id} />
              </td>
              <td>{algorithm}</td>
              <td>
                <Moment at={signsFrom} form="relative" />
              </td>
              <td>{retiresAt === null ? text('keys.inUse') : calendarDay(retiresAt)}</td>
            </tr>
          ))}
        </SmallTable>
      ) : null}
      {propose && keys ? (
        <GroupActions>
          <Button variant="default" onClick={() => propose(planTokenKeys())}>
            {text('keys.tokensRotate')}
          </Button>
        </GroupActions>
      ) : null}
    </SettingsGroup>
  )
}
