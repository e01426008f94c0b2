/** Roots and issuers of certificates. */
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
import { planDeploymentRoot, planIssuer, planRoot } from './key-plans.ts'

const kinds = {
  root: 'keys.kindRoot',
  issuer: 'keys.kindIssuer',
  deployment: 'keys.kindDeployment',
} as const

export const AuthoritiesSection = ({ propose }: { readonly propose: Propose | null }) => {
  const query = useRoute('getAuthorities', {})
  const authorities = query.data?.authorities
  return (
    <SettingsGroup title={text('keys.authorities')} hint={text('keys.authoritiesHint')}>
      {query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      {authorities?.length === 0 ? <p className="muted">{text('keys.authoritiesNone')}</p> : null}
      {authorities && authorities.length > 0 ? (
        <SmallTable
          first={120}
          headings={[
            text('keys.columnKind'),
            text('keys.columnSigns'),
            text('keys.columnAccepted'),
            text('keys.columnFingerprint'),
          ]}
        >
          {authorities.map(({ kind, key, fingerprint, signsFrom, retiresAt, expiresAt }) => (
            <tr key={`${kind} ${key} ${fingerprint}`}>
              <td>{text(kinds[kind])}</td>
              <td>
                <Moment at={signsFrom} form="relative" />
              </td>
              <td>{calendarDay(retiresAt ?? expiresAt)}</td>
              <td>
                <KeyName id={fingerprint} />
              </td>
            </tr>
          ))}
        </SmallTable>
      ) : null}
      {propose && authorities ? (
        <GroupActions>
          <Button variant="default" onClick={() => propose(planIssuer())}>
            {text('keys.issuerRotate')}
          </Button>
          <Button variant="default" onClick={() => propose(planRoot())}>
            {text('keys.rootRotate')}
          </Button>
          {authorities.some(({ kind }) => kind === 'deployment') ? (
            <Button variant="default" onClick={() => propose(planDeploymentRoot())}>
              {text('keys.deploymentRotate')}
            </Button>
          ) : null}
        </GroupActions>
      ) : null}
    </SettingsGroup>
  )
}
