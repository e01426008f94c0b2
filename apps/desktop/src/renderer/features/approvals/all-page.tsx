/** Every request of the organization, for those who look after them. */
import { IconChecklist } from '@tabler/icons-react'
import { type AccessRequestState, accessRequestStates } from '@sallyport/protocol/api'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../../data/names.ts'
import { usePermissions } from '../../data/permissions.ts'
import { usePages, useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { ChoiceField } from '../../ui/choice-field.tsx'
import { EmptyState, FilteredToNothing } from '../../ui/states.tsx'
import { DecisionPanel } from './decision-panel.tsx'
import { Queue } from './queue.tsx'
import { stateName } from './state-name.ts'

export const AllPage = ({ opened }: { readonly opened: string | null }) => {
  const [state, setState] = useState<AccessRequestState | null>(null)
  const [user, setUser] = useState<string | null>(null)
  const names = useNames()
  const may = usePermissions()
  const [, navigate] = useLocation()
  const input = useMemo(
    () => ({ query: { limit: 100, ...(state === null ? {} : { state }), ...(user === null ? {} : { user }) } }),
    [state, user],
  )
  const query = usePages('listAccessRequests', input)
  const item = useRoute('getAccessRequest', { parameters: { accessRequest: opened ?? '' } }, { enabled: opened !== null })
  const clear = (): void => {
    setState(null)
    setUser(null)
  }
  return (
    <Queue
      view="all"
      label={text('approvals.allList')}
      query={query}
      rows={query.items}
      opened={opened}
      toolbar={
        <>
          <ChoiceField
            label={text('approvals.filterState')}
            value={state}
            options={accessRequestStates.map((value) => ({ value, label: stateName(value) }))}
            onChange={(value) => setState(accessRequestStates.find((known) => known === value) ?? null)}
          />
          {may.has('users.read') ? (
            <ChoiceField
              label={text('approvals.filterPerson')}
              value={user}
              options={names.all('user')}
              onChange={setUser}
              width={170}
            />
          ) : null}
        </>
      }
      panel={
        item.data && item.data.request.id === opened ? (
          <DecisionPanel key={opened} item={item.data} onClose={() => navigate('/approvals/all')} />
        ) : null
      }
      empty={
        state !== null || user !== null ? (
          <FilteredToNothing filter={text('log.filters')} onClear={clear} />
        ) : (
          <EmptyState icon={IconChecklist} title={text('approvals.emptyAll')}>
            {text('approvals.emptyAllText')}
          </EmptyState>
        )
      }
    />
  )
}
